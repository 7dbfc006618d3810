import Foundation

/// A lock that processes hold on a file's name, released when the holder ends in whatever way.
///
/// The run folder takes one so that two processes do not train in it at the same time, a sweep
/// takes one while it rewrites its table, and ``PartialLines`` takes one on the file that it
/// extends. The lock is that of `flock`: it is advisory, so that only those who ask for it are kept
/// out, and it belongs to the open file, so that the system releases it even where the process is
/// killed.
///
/// The lock is held for as long as the object lives. A file that exists for the lock only stays
/// behind empty, since removing it would let two holders lock two files of the same name.
package final class FileLock: Sendable {
  /// The open file that the lock belongs to; closing it releases the lock.
  private let descriptor: Int32

  private init(descriptor: Int32) { self.descriptor = descriptor }

  /// Takes the lock, and does not wait for it.
  ///
  /// The file is made where it is not there, and stays.
  ///
  /// - Returns: nil where another holder has the lock, in this process or in another one.
  /// - Throws: ``FormatError`` of kind `cannotWrite` where the file cannot be opened for writing,
  ///   and where its file system knows no locks.
  package convenience init?(_ url: URL) throws {
    guard let descriptor = try Self.take(url, LOCK_EX | LOCK_NB) else { return nil }
    self.init(descriptor: descriptor)
  }

  /// Takes the lock as soon as no other holder has it, and blocks the thread until then.
  ///
  /// The file is made where it is not there, and stays.
  ///
  /// - Throws: ``FormatError`` of kind `cannotWrite` where the file cannot be opened for writing,
  ///   and where its file system knows no locks.
  package convenience init(waitingFor url: URL) throws {
    var descriptor: Int32?
    while descriptor == nil { descriptor = try Self.take(url, LOCK_EX) }
    self.init(descriptor: descriptor!)
  }

  /// Opens the file and locks it.
  ///
  /// - Parameter operation: The operation for `flock`, with or without `LOCK_NB`.
  /// - Returns: The descriptor that holds the lock; nil where another holder has it and the
  ///   operation does not wait.
  /// - Throws: ``FormatError`` of kind `cannotWrite`.
  private static func take(_ url: URL, _ operation: Int32) throws -> Int32? {
    do {
      let descriptor = try checked { open(url.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666) }
      do {
        try checked { flock(descriptor, operation) }
        return descriptor
      } catch {
        close(descriptor)
        guard error.code == EWOULDBLOCK else { throw error }
        return nil
      }
    } catch let failure as SystemFailure {
      throw FormatError(.cannotWrite, "cannot be locked: \(failure.text)", file: url.path)
    }
  }

  deinit { close(descriptor) }
}
