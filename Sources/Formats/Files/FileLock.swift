import Foundation

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A lock that processes hold on a file's name, released when the holder ends in whatever way.
public final class FileLock: Sendable {
  private let descriptor: Int32

  /// Takes the lock; nil where another holder has it. The file is made where it is not there, and
  /// stays.
  ///
  /// Throws ``FormatError`` of kind `cannotWrite`.
  public init?(_ url: URL) throws {
    do {
      descriptor = try checked { open(url.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666) }
    } catch {
      throw FormatError(.cannotWrite, "cannot be locked: \(error.text)", file: url.path)
    }
    do {
      try checked { flock(descriptor, LOCK_EX | LOCK_NB) }
    } catch {
      close(descriptor)
      guard error.code == EWOULDBLOCK else {
        throw FormatError(.cannotWrite, "cannot be locked: \(error.text)", file: url.path)
      }
      return nil
    }
  }

  deinit { close(descriptor) }
}
