import Foundation

/// Lines of text that are written one by one to a file, for as long as not all are there.
///
/// They are in a file beside the one that is meant, with `.partial` behind its name, whose first line
/// says what they belong to. A process that is killed at any moment leaves all lines that it has
/// written; the next one for the same file and the same subject finds them. Beside a device or a pipe
/// there is no such file: all lines are written in the end.
package final class PartialLines {
  /// The file that is meant in the end.
  package let url: URL
  /// The lines that an earlier process has written.
  package let found: [String]
  private let partial: URL
  /// nil where there is no partial file.
  private let handle: FileHandle?
  private let lock: FileLock?

  /// Opens the lines of a file, or begins them.
  ///
  /// - Parameter subject: One line that says what the lines are about, such as the model and the
  ///   settings.
  /// - Throws: ``FormatError`` where the file cannot be written, another process is writing it, or
  ///   its lines are about something else.
  package init(for url: URL, about subject: String) throws {
    self.url = url
    partial = url.appendingPathExtension("partial")
    guard FileKind(path: url.path) != .other else {
      (found, handle, lock) = ([], nil, nil)
      return
    }
    let isNew = FileKind(path: partial.path) == nil
    guard let lock = try FileLock(partial) else {
      throw FormatError(
        .cannotWrite, "is being written by another process", file: partial.path,
        remedy: "wait until it has ended, or name another file")
    }
    self.lock = lock
    let lines = try isNew ? [] : Self.completeLines(of: partial)
    if let first = lines.first, first != subject {
      throw FormatError(
        .badData, "holds the beginning of other results", file: partial.path,
        remedy: "delete it, or name another file")
    }
    found = Array(lines.dropFirst())
    guard let handle = FileHandle(forWritingAtPath: partial.path) else {
      throw FormatError(.cannotWrite, "cannot be opened", file: partial.path)
    }
    self.handle = handle
    // What a killed process has left of a line is written over.
    let text = ([subject] + found).map { $0 + "\n" }.joined()
    try write(text, truncatingAt: 0)
  }

  /// Adds lines.
  ///
  /// - Throws: ``FormatError`` of kind `cannotWrite`.
  package func append(_ lines: [String]) throws {
    try write(lines.map { $0 + "\n" }.joined(), truncatingAt: nil)
  }

  /// Puts the complete lines in place of the file that is meant, and removes the partial one.
  ///
  /// - Throws: ``FormatError`` of kind `cannotWrite`; the partial file then stays.
  package func finish(_ lines: [String]) throws {
    try AtomicFile.write(Data(lines.map { $0 + "\n" }.joined().utf8), to: url)
    if handle != nil { try? FileManager.default.removeItem(at: partial) }
  }

  private func write(_ text: String, truncatingAt end: UInt64?) throws {
    guard let handle else { return }
    do {
      if let end { try handle.truncate(atOffset: end) }
      try handle.write(contentsOf: Data(text.utf8))
    } catch {
      throw FormatError(.cannotWrite, "\(error.localizedDescription)", file: partial.path)
    }
  }

  private static func completeLines(of url: URL) throws -> [String] {
    let data = try InputFile.read(url)
    guard let end = data.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
    let text = String(decoding: data[..<end], as: UTF8.self)
    return text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }
}
