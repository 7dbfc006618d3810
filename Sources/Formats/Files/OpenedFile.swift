import Foundation

extension InputFile {
  /// A file that is open for reading of parts, so that nobody reads all of it for each.
  ///
  /// The weights of a large ONNX model may lie in a second file, of which each tensor is a part.
  /// The reader of ONNX keeps one of these for every such file; it closes when the object goes.
  final class Opened {
    /// The file's size in bytes when it was opened.
    let size: Int
    private let url: URL
    private let handle: FileHandle

    /// Opens a regular file.
    ///
    /// - Throws: ``FormatError`` of kind `missingInput` where the file is not there, may not be
    ///   read, is a directory or does not tell its size, and of kind `badData` or `missingInput`
    ///   where it is a device or a pipe.
    init(_ url: URL) throws {
      self.url = url
      guard FileKind(path: url.path) == .regular,
        let handle = FileHandle(forReadingAtPath: url.path)
        // This read is there for its errors, which say what is in the way.
      else { _ = try InputFile.read(url, limit: 0); throw Self.unreadable(url) }
      self.handle = handle
      guard let end = try? handle.seekToEnd() else { throw Self.unreadable(url) }
      size = Int(end)
    }

    /// Returns the bytes of a part.
    ///
    /// - Parameters:
    ///   - count: The number of bytes; with 0 the file is not touched.
    ///   - offset: Where the part begins, in bytes from the start of the file.
    /// - Throws: ``FormatError`` of kind `missingInput` where the file ends before the part does, or
    ///   the system cannot read it.
    func read(_ count: Int, at offset: Int) throws -> Data {
      guard count > 0 else { return Data() }
      guard let data = try? bytes(count, at: offset), data.count == count else {
        throw Self.unreadable(url)
      }
      return data
    }

    /// Returns the bytes of a part, or fewer where the file ends.
    ///
    /// - Throws: An error of Foundation where the system cannot read them.
    private func bytes(_ count: Int, at offset: Int) throws -> Data? {
      try handle.seek(toOffset: UInt64(offset))
      return try handle.read(upToCount: count)
    }

    /// Returns the error for a file that is there and cannot be read all the same.
    private static func unreadable(_ url: URL) -> FormatError {
      FormatError(.missingInput, "cannot be read", file: url.path)
    }
  }
}
