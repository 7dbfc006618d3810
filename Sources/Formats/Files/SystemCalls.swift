import Foundation

/// A failed system call: its error number, and the system's text for it.
///
/// It stays inside this folder. ``AtomicFile``, ``InputFile`` and ``FileLock`` turn it into a
/// ``FormatError`` that names the file.
struct SystemFailure: Error {
  /// The value of `errno`.
  var code: Int32
  /// The system's description of the number, such as `Permission denied`.
  var text: String { String(cString: strerror(code)) }

  /// The failure of the system call that was made last on this thread.
  static var last: SystemFailure { SystemFailure(code: errno) }
}

/// Returns the result of a system call, which is repeated as long as a signal interrupts it.
///
/// Calls of POSIX report a failure with −1 and leave its number in `errno`, which the next call may
/// overwrite; it is therefore read at once.
///
/// - Parameter call: The call, which is safe to repeat after `EINTR`.
/// - Returns: The result, which is not negative.
/// - Throws: ``SystemFailure`` where the call returned a negative number for another reason.
@discardableResult
func checked<Result: SignedInteger>(_ call: () -> Result) throws(SystemFailure) -> Result {
  while true {
    let result = call()
    if result >= 0 { return result }
    let failure = SystemFailure.last
    if failure.code != EINTR { throw failure }
  }
}

/// The kind of thing that stands at a path: a regular file, a directory, or something other such as
/// a device, a pipe or a socket.
///
/// Readers and writers treat the three differently: a regular file can be replaced as a whole, a
/// device can only be written to, and a directory is neither.
package enum FileKind {
  case regular, directory, other

  /// The kind that the bits of `st_mode` in a `stat` name.
  package init(mode: mode_t) {
    switch mode & mode_t(S_IFMT) {
    case mode_t(S_IFREG): self = .regular
    case mode_t(S_IFDIR): self = .directory
    default: self = .other
    }
  }

  /// The kind of thing at a path, symbolic links followed.
  ///
  /// - Returns: nil where nothing can be seen: nothing is there, a link leads nowhere, or a folder
  ///   on the way may not be entered.
  package init?(path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    self.init(mode: status.st_mode)
  }
}
