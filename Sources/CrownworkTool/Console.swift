import Foundation
import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

private let lost = Atomic<Bool>(false)

/// Text to people and programs: lines on the standard output, and one live line on the standard
/// error where that is a terminal.
struct Console {
  static let standard = Console()

  private let isLive = isatty(STDERR_FILENO) == 1

  static func error(_ line: String) {
    write(line + "\n", to: .standardError)
  }

  /// Prints a line, above the live one.
  func line(_ text: String) { self.text(text + "\n") }

  /// Prints text that ends its last line itself, at once, so that a pipe sees it as it comes. What
  /// cannot be written is remembered (``hasLostOutput``): a training need not end with its
  /// terminal.
  func text(_ text: String) {
    clearLiveLine()
    if !Self.write(text, to: .standardOutput) { lost.store(true, ordering: .relaxed) }
  }

  /// Whether some of the standard output could not be written.
  static var hasLostOutput: Bool { lost.load(ordering: .relaxed) }

  @discardableResult
  private static func write(_ text: String, to file: FileHandle) -> Bool {
    (try? file.write(contentsOf: Data(text.utf8))) != nil
  }

  /// Replaces the live line; nothing where there is no terminal.
  func live(_ text: @autoclosure () -> String) {
    guard isLive else { return }
    let shown = text().prefix(max(width - 1, 20))
    Self.write("\r\u{1b}[K\(shown)", to: .standardError)
  }

  func clearLiveLine() {
    guard isLive else { return }
    Self.write("\r\u{1b}[K", to: .standardError)
  }

  private var width: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
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
