import Crownwork
import Foundation
import Synchronization

private let lost = Atomic<Bool>(false)
private let needsReader = Atomic<Bool>(true)

/// Text to people and programs: lines on the standard output, and one live line on the standard
/// error where that is a terminal.
struct Console {
  static let standard = Console()

  private let isLive = isatty(STDERR_FILENO) == 1

  static func error(_ line: String) {
    write(line + "\n", to: STDERR_FILENO)
  }

  /// From here on the process goes on quietly where nobody reads what it prints any more, as behind
  /// `| head`: what is computed is worth more than what is shown of it. Without this it ends as
  /// every filter does.
  static func goOnWithoutReader() {
    signal(SIGPIPE, SIG_IGN)
    needsReader.store(false, ordering: .relaxed)
  }

  /// Prints what may be wrong with data, a line each.
  static func warn(of data: Dataset) {
    for warning in data.warnings { error("crownwork: \(data.name): warning: \(warning)") }
  }

  /// Prints a line, above the live one.
  func line(_ text: String) { self.text(text + "\n") }

  /// Prints text that ends its last line itself, at once, so that a pipe sees it as it comes. What
  /// cannot be written is remembered (``hasLostOutput``): a training need not end with its
  /// terminal.
  func text(_ text: String) {
    clearLiveLine()
    switch Self.write(text, to: STDOUT_FILENO) {
    case 0: break
    case EPIPE:
      // The one who started the process may have had it ignore the signal.
      if needsReader.load(ordering: .relaxed) { exit(128 + SIGPIPE) }
    default: lost.store(true, ordering: .relaxed)
    }
  }

  /// Whether some of the standard output could not be written.
  static var hasLostOutput: Bool { lost.load(ordering: .relaxed) }

  /// Returns 0, or the number of the error that left the text incomplete.
  @discardableResult
  private static func write(_ text: String, to descriptor: Int32) -> Int32 {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress!, $0.count) }
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN {
        // Another process has made the terminal or the pipe that both have not wait.
        var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&wait, 1, -1)
      } else if errno != EINTR {
        return errno
      }
    }
    return 0
  }

  /// Replaces the live line; nothing where there is no terminal.
  func live(_ text: @autoclosure () -> String) {
    guard isLive else { return }
    let shown = text().prefix(max(width - 1, 20))
    Self.write("\r\u{1b}[K\(shown)", to: STDERR_FILENO)
  }

  /// The same with as many parts, from the first on, as fit the terminal.
  func live(_ parts: @autoclosure () -> [String?]) {
    guard isLive else { return }
    let parts = parts().compactMap(\.self)
    var text = parts.first ?? ""
    for part in parts.dropFirst() {
      let longer = text + "  " + part
      guard longer.count < width else { break }
      text = longer
    }
    live(text)
  }

  func clearLiveLine() {
    guard isLive else { return }
    Self.write("\r\u{1b}[K", to: STDERR_FILENO)
  }

  private var width: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
}

/// The system's function, whose name the method of the console has too.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}

/// A fraction as a percentage with two decimals.
func percent(_ value: Float) -> String { String(format: "%.2f%%", Double(value) * 100) }

/// Seconds as people say them.
func duration(_ seconds: Double) -> String {
  let whole = Int(max(seconds, 0).rounded())
  if whole < 60 { return "\(whole) s" }
  if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
  return "\(whole / 3600) h \(whole % 3600 / 60) min"
}
