import Foundation

extension InputFile {
  /// A file that is open for reading of parts, so that nobody reads all of it for each.
  final class Opened {
    /// The file's size in bytes when it was opened.
    let size: Int
    private let url: URL
    private let handle: FileHandle

    /// - Throws: ``FormatError`` of kind `missingInput` where the file cannot be opened.
    init(_ url: URL) throws {
      self.url = url
      guard FileKind(path: url.path) == .regular,
        let handle = FileHandle(forReadingAtPath: url.path)
      else { _ = try InputFile.read(url, limit: 0); throw Self.unreadable(url) }
      self.handle = handle
      size = Int(try handle.seekToEnd())
    }

    /// The bytes of a part.
    ///
    /// - Throws: ``FormatError`` where the file ends before them.
    func read(_ count: Int, at offset: Int) throws -> Data {
      guard count > 0 else { return Data() }
      try handle.seek(toOffset: UInt64(offset))
      guard let data = try handle.read(upToCount: count), data.count == count else {
        throw Self.unreadable(url)
      }
      return data
    }

    private static func unreadable(_ url: URL) -> FormatError {
      FormatError(.missingInput, "cannot be read", file: url.path)
    }
  }
}
