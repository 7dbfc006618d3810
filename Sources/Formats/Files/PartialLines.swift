import Foundation

/// Lines of text that are written one by one to a file, for as long as not all of them are there.
///
/// A certification of a whole test set takes hours, and each verdict is a line. They go into a file
/// beside the one that is meant, with `.partial` behind its name, as soon as they are known. The
/// first line of that file says what the lines belong to, for instance the network, the data and
/// the settings. A process that is killed leaves the lines that it has written; the next one for
/// the same file and the same subject finds them in ``found`` and goes on behind them. When all
/// lines are known, ``finish(_:)`` writes the file itself and removes the partial one.
///
/// The partial file is locked while the object lives, so that two processes cannot mix their lines.
/// What is read of it are whole lines only: the rest of a line that a killed process was writing is
/// cut off, and the lines before it stay as they are. Nothing brings single lines to the disk, so
/// that a power failure may still cost some.
///
/// A device or a pipe has no place beside it: all lines are written in the end, and nothing is
/// found.
package final class PartialLines {
  /// The file that is meant in the end.
  package let url: URL
  /// The lines that an earlier process has written, in their order, without the subject.
  package let found: [String]
  /// The file beside the one that is meant.
  private let partial: URL
  /// The partial file, open for writing; nil where there is none, beside a device or a pipe.
  private let handle: FileHandle?
  /// The lock on the partial file, held for as long as this object lives.
  private let lock: FileLock?

  /// Opens the lines of a file, or begins them.
  ///
  /// - Parameters:
  ///   - url: The file that is meant in the end.
  ///   - subject: One line, without a line end, that says what the lines are about. Two processes
  ///     go on with each other's lines only if it is the same to the letter.
  /// - Throws: ``FormatError`` of kind `cannotWrite` where the partial file cannot be written or
  ///   another process is writing it, of kind `badData` where its lines are about something else,
  ///   and of kind `missingInput` where it cannot be read.
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
    let (lines, end) = try isNew ? ([], 0) : Self.completeLines(of: partial)
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
    // What a killed process has left of a line is cut off.
    try write(lines.isEmpty ? subject + "\n" : "", truncatingAt: UInt64(end))
  }

  /// Adds lines behind those that are there. They are in the system's hands when this returns.
  ///
  /// - Parameter lines: Lines without their ends.
  /// - Throws: ``FormatError`` of kind `cannotWrite`.
  package func append(_ lines: [String]) throws {
    try write(lines.map { $0 + "\n" }.joined(), truncatingAt: nil)
  }

  /// Writes the complete lines to the file that is meant, with ``AtomicFile``, and removes the
  /// partial one.
  ///
  /// - Parameter lines: All lines in their final order, those that were found included; the subject
  ///   is not among them.
  /// - Throws: ``FormatError`` of kind `cannotWrite`; the partial file then stays.
  package func finish(_ lines: [String]) throws {
    try AtomicFile.write(Data(lines.map { $0 + "\n" }.joined().utf8), to: url)
    if handle != nil { try? FileManager.default.removeItem(at: partial) }
  }

  /// Writes text behind what is there, or first cuts the file.
  ///
  /// - Parameters:
  ///   - text: The text as it is to stand in the file.
  ///   - end: The size to which the file is cut before; nil to leave it.
  /// - Throws: ``FormatError`` of kind `cannotWrite`.
  private func write(_ text: String, truncatingAt end: UInt64?) throws {
    guard let handle else { return }
    do {
      if let end { try handle.truncate(atOffset: end) }
      try handle.write(contentsOf: Data(text.utf8))
    } catch {
      throw FormatError(.cannotWrite, "\(error.localizedDescription)", file: partial.path)
    }
  }

  /// Returns the lines of a file that have an end, and their size in bytes with their ends; what
  /// follows the last line end is left out.
  ///
  /// - Throws: ``FormatError`` where the file cannot be read.
  private static func completeLines(of url: URL) throws -> (lines: [String], size: Int) {
    let data = try InputFile.read(url)
    guard let end = data.lastIndex(of: UInt8(ascii: "\n")) else { return ([], 0) }
    let text = String(decoding: data[..<end], as: UTF8.self)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    return (lines, end - data.startIndex + 1)
  }
}
