import Foundation

/// A lock that processes hold on a file's name, released when the holder ends in whatever way.
package final class FileLock: Sendable {
  private let descriptor: Int32

  private init(descriptor: Int32) { self.descriptor = descriptor }

  /// Takes the lock; nil where another holder has it. The file is made where it is not there, and
  /// stays.
  ///
  /// - Throws: ``FormatError`` of kind `cannotWrite`, also where the file system knows no locks.
  package convenience init?(_ url: URL) throws {
    guard let descriptor = try Self.take(url, LOCK_EX | LOCK_NB) else { return nil }
    self.init(descriptor: descriptor)
  }

  /// Takes the lock as soon as no other holder has it.
  ///
  /// - Throws: ``FormatError`` of kind `cannotWrite`, also where the file system knows no locks.
  package convenience init(waitingFor url: URL) throws {
    var descriptor: Int32?
    while descriptor == nil { descriptor = try Self.take(url, LOCK_EX) }
    self.init(descriptor: descriptor!)
  }

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
