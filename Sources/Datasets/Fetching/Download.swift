import Formats
import Foundation
import Synchronization

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// A download into memory that waits for its end.
struct Download: Sendable {
  struct Failure: Error {
    var text: String
  }

  /// The longest silence, in seconds; the whole may take 120 times as long.
  var timeout: TimeInterval

  /// The contents behind a `file`, `http` or `https` address.
  ///
  /// Throws ``Failure``.
  func contents(of url: URL) throws -> Data {
    if url.isFileURL {
      do { return try InputFile.read(url) } catch let error as FormatError {
        throw Failure(text: error.problem)
      }
    }
    guard ["http", "https"].contains(url.scheme?.lowercased()) else {
      throw Failure(text: "not a file, http or https address")
    }
    return try network(url).get()
  }

  private func network(_ url: URL) -> Result<Data, Failure> {
    let configuration = URLSessionConfiguration.ephemeral
    configuration.timeoutIntervalForRequest = timeout
    configuration.timeoutIntervalForResource = 120 * timeout
    let session = URLSession(configuration: configuration)
    defer { session.finishTasksAndInvalidate() }
    let outcome = Outcome()
    let finished = DispatchSemaphore(value: 0)
    let task = session.dataTask(with: url) { data, response, error in
      outcome.value.withLock { $0 = Self.result(data, response, error) }
      finished.signal()
    }
    task.resume()
    if finished.wait(timeout: .now() + 121 * timeout) == .timedOut { task.cancel() }
    return outcome.value.withLock { $0 }
  }

  private final class Outcome: Sendable {
    let value = Mutex<Result<Data, Failure>>(.failure(Failure(text: "timed out")))
  }

  private static func result(
    _ data: Data?, _ response: URLResponse?, _ error: (any Error)?
  ) -> Result<Data, Failure> {
    if let error { return .failure(Failure(text: text(error))) }
    guard let status = (response as? HTTPURLResponse)?.statusCode, let data else {
      return .failure(Failure(text: "no answer"))
    }
    guard status == 200 else { return .failure(Failure(text: "HTTP status \(status)")) }
    return .success(data)
  }

  private static func text(_ error: any Error) -> String {
    switch (error as? URLError)?.code {
    case .timedOut: "timed out"
    case .cannotFindHost, .dnsLookupFailed: "host not found"
    case .cannotConnectToHost: "no connection to the host"
    case .notConnectedToInternet, .networkConnectionLost: "no network"
    default: error.localizedDescription
    }
  }
}
