import Foundation

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Text to people: lines on the standard output, and one live line on the standard error where
/// that is a terminal.
struct Console {
  static let standard = Console()

  private let isLive = isatty(STDERR_FILENO) == 1

  static func error(_ line: String) {
    FileHandle.standardError.write(Data((line + "\n").utf8))
  }

  /// Prints a line, above the live one.
  func line(_ text: String) {
    clearLiveLine()
    // Written at once, so that a pipe sees each line as it comes.
    FileHandle.standardOutput.write(Data((text + "\n").utf8))
  }

  /// Replaces the live line; nothing where there is no terminal.
  func live(_ text: @autoclosure () -> String) {
    guard isLive else { return }
    let shown = text().prefix(max(width - 1, 20))
    FileHandle.standardError.write(Data("\r\u{1b}[K\(shown)".utf8))
  }

  func clearLiveLine() {
    guard isLive else { return }
    FileHandle.standardError.write(Data("\r\u{1b}[K".utf8))
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
