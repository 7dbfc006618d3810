import Formats
import Foundation
import Synchronization

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// A download into memory that blocks the calling thread until it ends.
///
/// Everything here is synchronous, since nothing can be done before the data are there, and a
/// command-line tool has nothing else to do meanwhile. The files are small enough for memory: the
/// largest has 170 MB.
struct Download: Sendable {
  /// The reason why a download failed.
  struct Failure: Error {
    /// The reason as a phrase, for an error that lists the failures of several addresses.
    var text: String
  }

  /// The longest silence of the server, in seconds; the whole download may take 120 times as long.
  var timeout: TimeInterval

  /// Returns the contents behind an address.
  ///
  /// - Parameter url: An address of the scheme `file`, `http` or `https`.
  /// - Throws: ``Failure`` for another scheme, a file that cannot be read, a failed connection, and
  ///   a status other than 200.
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

  /// Downloads over the network.
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
    // The session has its own deadlines; this one is behind them, in case its callback never comes.
    if finished.wait(timeout: .now() + 121 * timeout) == .timedOut { task.cancel() }
    return outcome.value.withLock { $0 }
  }

  /// The result of a transfer, which its callback sets on another thread; until then it is the
  /// failure that the caller reports when it stops waiting.
  private final class Outcome: Sendable {
    /// The result, behind a lock: after a timeout the callback may still arrive while the caller
    /// reads.
    let value = Mutex<Result<Data, Failure>>(.failure(Failure(text: "timed out")))
  }

  /// Judges what a transfer brought.
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

  /// Returns a network error in few words where it is one of the usual ones.
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
