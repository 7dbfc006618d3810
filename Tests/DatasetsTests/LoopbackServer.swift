import Foundation

/// An HTTP server on loopback that answers each request for a known path with its contents, one
/// for another path with 404, and one for `/silent/…` never.
final class LoopbackServer: Sendable {
  let port: UInt16
  private let descriptor: Int32
  private let contents: [String: Data]

  init(_ contents: [String: Data]) throws {
    self.contents = contents
    // A client that has hung up must not end the process.
    signal(SIGPIPE, SIG_IGN)
    let descriptor = socket(AF_INET, Self.stream, 0)
    self.descriptor = descriptor
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listening = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && listen(descriptor, 8) == 0
          && getsockname(descriptor, $0, &length) == 0
      }
    }
    guard listening else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    port = UInt16(bigEndian: address.sin_port)
    Thread.detachNewThread { [self] in
      while true {
        let connection = accept(descriptor, nil, nil)
        guard connection >= 0 else { return }
        answer(connection)
      }
    }
  }

  /// Ends the server; its thread ends with the listening socket.
  func stop() {
    shutdown(descriptor, Self.both)
    close(descriptor)
  }

  func url(_ path: String) -> URL {
    guard let url = URL(string: "http://127.0.0.1:\(port)/\(path)") else {
      preconditionFailure("\(path) is no path of an address")
    }
    return url
  }

  private func answer(_ connection: Int32) {
    let request = received(connection)
    let path = request.split(separator: " ").dropFirst().first.map { String($0.dropFirst()) } ?? ""
    // Left open: the client gives up.
    if path.hasPrefix("silent/") { return }
    let status = contents[path] == nil ? "404 Not Found" : "200 OK"
    let body = contents[path] ?? Data()
    let header = "HTTP/1.1 \(status)\r\nContent-Length: \(body.count)\r\nConnection: close\r\n\r\n"
    var rest = Data(header.utf8) + body
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, 0) }
      if count <= 0 { break }
      rest = rest.dropFirst(count)
    }
    close(connection)
  }

  private func received(_ connection: Int32) -> String {
    var request = ""
    var buffer = [UInt8](repeating: 0, count: 4096)
    while !request.contains("\r\n\r\n") {
      let count = recv(connection, &buffer, buffer.count, 0)
      if count <= 0 { break }
      request += String(decoding: buffer[..<count], as: UTF8.self)
    }
    return request
  }

  #if canImport(Glibc)
    private static let stream = Int32(SOCK_STREAM.rawValue)
    private static let both = Int32(SHUT_RDWR)
  #else
    private static let stream = SOCK_STREAM
    private static let both = SHUT_RDWR
  #endif
}
