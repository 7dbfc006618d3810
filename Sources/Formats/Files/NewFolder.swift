import Foundation

/// Writing of whole folders: either all of a folder stands at its place, or nothing does.
///
/// The pictures and arrays of an attack are written so. The files go into a temporary folder beside
/// the place, which gets its name only when all of them are there. Unlike ``AtomicFile`` it brings
/// nothing to the disk explicitly, so that a power failure soon afterwards may cost files. A
/// process that is killed leaves its folder behind, which is named `.crownwork-….tmp` and is not
/// removed by later ones.
package enum NewFolder {
  /// Checks that a folder can be made, as far as that can be known before a long computation.
  ///
  /// The check makes a temporary folder beside the place and removes it again.
  ///
  /// - Throws: ``FormatError`` of kind `cannotWrite` where something other than an empty folder is
  ///   there already, where the folder around it is missing, and where it may not be written to.
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

  /// Makes a folder with the files that `body` writes.
  ///
  /// The folder may be there already if it is empty; the new one then takes its place.
  ///
  /// - Parameters:
  ///   - url: The place of the folder. The folder around it must exist.
  ///   - body: Writes the files, into the temporary folder that it is given.
  /// - Throws: ``FormatError`` of kind `cannotWrite` where the folder cannot be made or put in its
  ///   place, and what `body` throws. Nothing is then left.
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
  /// - Parameters:
  ///   - data: The contents of the file.
  ///   - name: The file's name in the folder.
  ///   - folder: The folder that ``write(to:_:)`` has given to its body.
  /// - Throws: ``FormatError`` of kind `cannotWrite`.
  package static func write(_ data: Data, as name: String, in folder: URL) throws {
    let url = folder.appendingPathComponent(name)
    do {
      try data.write(to: url)
    } catch {
      throw failure(url, problem(error))
    }
  }

  /// Makes a hidden folder with a random name beside a place.
  ///
  /// - Throws: ``FormatError`` of kind `cannotWrite`, which names the place itself.
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

  /// Returns what an error of Foundation means to a user.
  private static func problem(_ error: any Error) -> String {
    switch (error as? CocoaError)?.code {
    case .fileWriteOutOfSpace: "cannot be written (disk full)"
    case .fileWriteNoPermission: "cannot be written (permission denied)"
    case .fileNoSuchFile, .fileReadNoSuchFile: "cannot be written (no such folder)"
    default: "cannot be written"
    }
  }

  /// Returns an error of kind `cannotWrite` without advice.
  private static func failure(_ url: URL, _ problem: String) -> FormatError {
    FormatError(.cannotWrite, problem, file: url.path)
  }
}
