import Foundation

/// Writing of whole folders: either all of it stands at its place, or nothing does.
package enum NewFolder {
  /// Throws what ``write(to:_:)`` would, as far as that can be known before a long computation;
  /// leaves nothing behind.
  package static func check(_ url: URL) throws {
    let url = url.resolvingSymlinksInPath()
    let path = url.path
    if let held = try? FileManager.default.contentsOfDirectory(atPath: path) {
      guard held.isEmpty else {
        throw FormatError(
          .cannotWrite, "is there already and not empty", file: path,
          remedy: "name another folder, or remove it")
      }
    } else if FileManager.default.fileExists(atPath: path) {
      throw FormatError(
        .cannotWrite, "is there already and no folder", file: path, remedy: "name another")
    }
    try FileManager.default.removeItem(at: temporary(beside: url))
  }

  /// Makes a folder, which may be there if it is empty, with files that `body` writes into a
  /// temporary one beside it.
  ///
  /// Throws ``FormatError`` of kind `cannotWrite`, and what `body` throws; nothing is then left.
  package static func write(to url: URL, _ body: (URL) throws -> Void) throws {
    let url = url.resolvingSymlinksInPath()
    let folder = try temporary(beside: url)
    do {
      try body(folder)
      do {
        try checked { rename(folder.path, url.path) }
      } catch {
        throw failure(url, "cannot be put in its place (\(error.text))")
      }
    } catch {
      try? FileManager.default.removeItem(at: folder)
      throw error
    }
  }

  /// Writes a file of a folder that is not in its place yet.
  ///
  /// Throws ``FormatError`` of kind `cannotWrite`.
  package static func write(_ data: Data, as name: String, in folder: URL) throws {
    let url = folder.appendingPathComponent(name)
    do {
      try data.write(to: url)
    } catch {
      throw failure(url, problem(error))
    }
  }

  private static func temporary(beside url: URL) throws -> URL {
    let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
    let folder = url.deletingLastPathComponent().appendingPathComponent(
      ".crownwork-\(suffix).tmp", isDirectory: true)
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    } catch {
      throw failure(url, problem(error))
    }
    return folder
  }

  private static func problem(_ error: any Error) -> String {
    switch (error as? CocoaError)?.code {
    case .fileWriteOutOfSpace: "cannot be written (disk full)"
    case .fileWriteNoPermission: "cannot be written (permission denied)"
    case .fileNoSuchFile, .fileReadNoSuchFile: "cannot be written (no such folder)"
    default: "cannot be written"
    }
  }

  private static func failure(_ url: URL, _ problem: String) -> FormatError {
    FormatError(.cannotWrite, problem, file: url.path)
  }
}
