import Crownwork
import Foundation
import Synchronization

/// Whether a piece of the standard output could not be written; it never becomes false again.
private let lost = Atomic<Bool>(false)
/// Whether the process ends when nobody reads its standard output any more, as a filter does.
private let needsReader = Atomic<Bool>(true)

/// The tool's way to people and to programs: text on the standard output, messages and one live
/// line on the standard error.
///
/// Results go to the standard output and everything else to the standard error, so that a program
/// behind a pipe gets nothing but results. The *live line* is the last line of a terminal, written
/// over again and again while a computation goes on; without a terminal on the standard error there
/// is none, and log files stay free of it. Each method that prints a line of results removes the
/// live line first, so that the two never mix.
///
/// Nothing is buffered: a line is written by the time a method returns. A write that fails does not
/// end the work. It is remembered in ``hasLostOutput``, and ``Entry`` turns a success with
/// incomplete output into exit code 73.
///
/// Commands and reports use the one value ``standard``.
struct Console {
  /// The console of this process.
  static let standard = Console()

  /// Whether the standard error is a terminal, which the live line needs.
  private let isLive = isatty(STDERR_FILENO) == 1

  /// Writes a line to the standard error. A failure to write it is ignored, since there is no other
  /// place to report it.
  ///
  /// - Parameter line: The text without its line end. Messages begin with "crownwork: ".
  static func error(_ line: String) {
    write(line + "\n", to: STDERR_FILENO)
  }

  /// Lets the process continue quietly after the reader of its standard output has gone, as behind
  /// `| head`.
  ///
  /// `train` and `sweep` call it before their long work, since a model is worth more than the lines
  /// about it. Commands that do not call it end as every filter does: by the signal SIGPIPE, or
  /// with exit code 141 where the parent process had that signal ignored.
  static func goOnWithoutReader() {
    signal(SIGPIPE, SIG_IGN)
    needsReader.store(false, ordering: .relaxed)
  }

  /// Prints a warning on the standard error for each thing that may be wrong with a data set, such
  /// as damaged pictures.
  static func warn(of data: Dataset) {
    for warning in data.warnings { error("crownwork: \(data.name): warning: \(warning)") }
  }

  /// Prints a line of results on the standard output, in place of the live line.
  func line(_ text: String) { self.text(text + "\n") }

  /// Prints text that ends its last line itself, and writes it at once, so that a pipe sees it as
  /// it comes.
  ///
  /// If the reader has gone, the process ends with exit code 141, or goes on silently after
  /// ``goOnWithoutReader()``. Any other failure, such as a full disk, sets ``hasLostOutput`` and
  /// lets the work go on.
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

  /// Whether some of the standard output could not be written; text that nobody wanted to read any
  /// more does not count.
  static var hasLostOutput: Bool { lost.load(ordering: .relaxed) }

  /// Returns 0, or the number of the error that left the text incomplete.
  @discardableResult
  /// Writes text completely to a file descriptor, in as many pieces as the system wants, and waits
  /// where it must.
  ///
  /// - Returns: 0 once all bytes are written, or the `errno` of the failure that left the text
  ///   incomplete.
  private static func write(_ text: String, to descriptor: Int32) -> Int32 {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress!, $0.count) }
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN {
        // Another process that shares this terminal or pipe has made it non-blocking.
        var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&wait, 1, -1)
      } else if errno != EINTR {
        return errno
      }
    }
    return 0
  }

  /// Replaces the live line, cut to the terminal's width; does nothing without a terminal.
  ///
  /// - Parameter text: Evaluated only where there is a terminal.
  func live(_ text: @autoclosure () -> String) {
    guard isLive else { return }
    let shown = text().prefix(max(width - 1, 20))
    Self.write("\r\u{1b}[K\(shown)", to: STDERR_FILENO)
  }

  /// Replaces the live line by as many parts, from the first on, as the terminal has room for.
  ///
  /// The parts come in order of importance. They are separated by two spaces, nil parts are
  /// skipped, and everything from the first part that does not fit is left out.
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

  /// Removes the live line; does nothing without a terminal. Commands call it when a computation
  /// ends, also by an error.
  func clearLiveLine() {
    guard isLive else { return }
    Self.write("\r\u{1b}[K", to: STDERR_FILENO)
  }

  /// The columns of the terminal on the standard error; 80 where the system does not know them.
  private var width: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
}

/// Calls the system's `write`, whose name the console's method hides inside ``Console``.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}

/// Returns a fraction as a percentage with two decimals, such as "12.50%" for 0.125.
func percent(_ value: Float) -> String { String(format: "%.2f%%", Double(value) * 100) }

/// Returns a time in the units that people use: "42 s", "3 min 20 s" or "2 h 5 min". A negative
/// time is shown as "0 s".
func duration(_ seconds: Double) -> String {
  let whole = Int(max(seconds, 0).rounded())
  if whole < 60 { return "\(whole) s" }
  if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
  return "\(whole / 3600) h \(whole % 3600 / 60) min"
}
