import Formats
import Foundation

/// Listings of folders that hold pictures, without what nobody means to be data.
///
/// Hidden files (names that begin with a dot) and the files that file managers and archive programs
/// leave behind are left out. Names are sorted by their bytes, so that the numbers of classes and
/// the order of examples are the same on every system, whatever its language and file system.
enum FolderListing {
  /// Names, in lower case, of files and folders that Windows and macOS create by themselves.
  private static let litter: Set = [
    "thumbs.db", "ehthumbs.db", "desktop.ini", "__macosx", "icon\r",
  ]

  /// Returns the names of what is in a folder, sorted by their UTF-8 bytes.
  ///
  /// - Parameter folder: The folder's path.
  /// - Throws: ``FormatError`` of kind `missingInput` where there is no such folder, or none that
  ///   may be read.
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

  /// Returns the paths of a class's pictures, sorted by name.
  ///
  /// TinyImageNet keeps the pictures of a class in a subfolder `images`; where a class folder has
  /// one, the pictures are taken from there. Whether the files are pictures is not examined here.
  ///
  /// - Parameter folder: The path of the class's folder.
  /// - Throws: ``FormatError`` of kind `badData` where there is another folder among the files, or
  ///   no file at all, and of kind `missingInput` for a folder that cannot be read.
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
