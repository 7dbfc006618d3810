import Formats
import Foundation

/// What is in a folder of pictures, hidden files and those aside that file managers and archives
/// leave behind.
enum FolderListing {
  /// In small letters.
  private static let litter: Set = [
    "thumbs.db", "ehthumbs.db", "desktop.ini", "__macosx", "icon\r",
  ]

  /// Sorted names. Throws ``FormatError`` of kind `missingInput` where there is no such folder.
  static func names(_ folder: String) throws -> [String] {
    guard FileKind(path: folder) == .directory,
      let names = try? FileManager.default.contentsOfDirectory(atPath: folder)
    else {
      let exists = FileKind(path: folder) != nil
      throw FormatError(
        .missingInput, exists ? "is no folder that can be read" : "no such folder", file: folder,
        remedy: "check the path")
    }
    // By bytes, the same on every system.
    return names.filter { !$0.hasPrefix(".") && !litter.contains($0.lowercased()) }.sorted {
      Array($0.utf8).lexicographicallyPrecedes($1.utf8)
    }
  }

  /// Paths of a class's pictures, those of its subfolder `images` where it has one, sorted by name.
  ///
  /// Throws ``FormatError`` where another folder is between them, or there is none.
  static func files(_ folder: String) throws -> [String] {
    let inner = "\(folder)/images"
    let place = FileKind(path: inner) == .directory ? inner : folder
    let paths = try names(place).map { "\(place)/\($0)" }
    for path in paths where FileKind(path: path) == .directory {
      throw FormatError.badData(
        "a folder, where the pictures of a class are expected", file: path,
        remedy: "move its pictures up, or take it out")
    }
    guard !paths.isEmpty else {
      throw FormatError.badData("holds no pictures", file: place, remedy: "take it out")
    }
    return paths
  }
}
