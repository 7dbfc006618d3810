import Foundation

/// The error number of the last system call and its text.
struct SystemFailure: Error {
  var code: Int32
  var text: String { String(cString: strerror(code)) }

  static var last: SystemFailure { SystemFailure(code: errno) }
}

/// The result of a system call, repeated as long as a signal interrupts it.
///
/// Throws ``SystemFailure`` where the call returned a negative number.
@discardableResult
func checked<Result: SignedInteger>(_ call: () -> Result) throws(SystemFailure) -> Result {
  while true {
    let result = call()
    if result >= 0 { return result }
    let failure = SystemFailure.last
    if failure.code != EINTR { throw failure }
  }
}

/// What kind of thing stands at a path.
package enum FileKind {
  case regular, directory, other

  package init(mode: mode_t) {
    switch mode & mode_t(S_IFMT) {
    case mode_t(S_IFREG): self = .regular
    case mode_t(S_IFDIR): self = .directory
    default: self = .other
    }
  }

  /// The kind of thing at a path (symbolic links followed), nil where nothing can be seen.
  package init?(path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    self.init(mode: status.st_mode)
  }
}
