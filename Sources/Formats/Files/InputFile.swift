import Foundation

/// Reading of whole files, with errors that a user can act upon.
package enum InputFile {
  /// The largest file that is read: 8 GiB.
  package static let defaultLimit = 8 << 30

  /// The contents of a file.
  ///
  /// Throws ``FormatError`` of kind `missingInput` where the file is not there, may not be read or
  /// is a directory, and `badData` where it is larger than `limit` bytes.
  package static func read(_ url: URL, limit: Int = defaultLimit) throws -> Data {
    let file = url.path
    do {
      let descriptor = try checked { open(file, O_RDONLY | O_CLOEXEC) }
      defer { close(descriptor) }
      var status = stat()
      try checked { fstat(descriptor, &status) }
      let kind = FileKind(mode: status.st_mode)
      if kind == .directory { throw SystemFailure(code: EISDIR) }
      let size = kind == .regular ? Int(status.st_size) : 0
      guard size <= limit else { throw tooLarge(file, limit) }
      return try read(descriptor, expecting: size, limit: limit, file: file)
    } catch let failure as SystemFailure {
      throw error(failure, file: file)
    }
  }

  /// Reads to the end of the file: its size is a first guess only, since it may be growing, a pipe
  /// or a file of /proc.
  private static func read(
    _ descriptor: Int32, expecting size: Int, limit: Int, file: String
  ) throws -> Data {
    var capacity = min(size, limit) + 1
    var buffer = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 64)
    var count = 0
    do {
      while true {
        let got = try checked { Self.readSome(descriptor, buffer + count, capacity - count) }
        if got == 0 { break }
        count += got
        guard count <= limit else { throw tooLarge(file, limit) }
        if count == capacity { grow(&buffer, count, to: &capacity, limit: limit) }
      }
    } catch {
      buffer.deallocate()
      throw error
    }
    return Data(
      bytesNoCopy: buffer, count: count, deallocator: .custom { pointer, _ in pointer.deallocate() }
    )
  }

  private static func readSome(
    _ descriptor: Int32, _ buffer: UnsafeMutableRawPointer, _ count: Int
  ) -> Int {
    #if canImport(Darwin)
      Darwin.read(descriptor, buffer, min(count, 1 << 30))
    #elseif canImport(Glibc)
      Glibc.read(descriptor, buffer, min(count, 1 << 30))
    #else
      Musl.read(descriptor, buffer, min(count, 1 << 30))
    #endif
  }

  private static func grow(
    _ buffer: inout UnsafeMutableRawPointer, _ count: Int, to capacity: inout Int, limit: Int
  ) {
    capacity = min(max(2 * capacity, 1 << 16), limit + 1)
    let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 64)
    larger.copyMemory(from: buffer, byteCount: count)
    buffer.deallocate()
    buffer = larger
  }

  private static func tooLarge(_ file: String, _ limit: Int) -> FormatError {
    .badData("larger than the \(limit) bytes that are read at most", file: file)
  }

  private static func error(_ failure: SystemFailure, file: String) -> FormatError {
    let problem =
      switch failure.code {
      case ENOENT, ENOTDIR: "no such file"
      case EISDIR: "is a directory, not a file"
      case EACCES, EPERM: "may not be read (permission denied)"
      default: "cannot be read (\(failure.text))"
      }
    let remedy =
      failure.code == ENOENT || failure.code == ENOTDIR ? "check the path" : nil
    return FormatError(.missingInput, problem, file: file, remedy: remedy)
  }
}
