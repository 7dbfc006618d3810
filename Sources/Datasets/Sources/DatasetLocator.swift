import Formats
import Foundation

/// Looks for data sets on this machine.
///
/// In this order: a folder that the user names; `$CROWNWORK_DATA`; the cache folder; where the
/// system's package manager puts the set. A folder named by the user or the environment may have
/// a subfolder named after the set, which goes first, or hold the files themselves.
package struct DatasetLocator: Sendable {
  /// What a search found.
  package enum Result: Equatable, Sendable {
    /// All files, of one folder.
    case found(DatasetSource)
    /// Nothing complete in any of these folders.
    case missing(searched: [URL])
  }

  private let environment: [String: String]
  private let systemFolder: URL

  /// Creates a locator that reads `CROWNWORK_DATA`, `XDG_CACHE_HOME` and `HOME` from
  /// `environment`; `systemFolder` is the parent of the folders of the system's packages.
  package init(
    environment: [String: String] = ProcessInfo.processInfo.environment,
    systemFolder: URL = URL(fileURLWithPath: "/usr/share/datasets", isDirectory: true)
  ) {
    self.environment = environment
    self.systemFolder = systemFolder
  }

  /// Looks for the files of a data set.
  ///
  /// With a `folder` only that is searched, since data from elsewhere would not be what the user
  /// asked for. Throws ``FormatError`` of kind `missingInput` where that folder does not hold all
  /// files, or none is named for images of one's own, and `badData` where it holds another set.
  package func locate(_ name: DatasetName, folder: URL? = nil) throws -> Result {
    guard name != .images || folder != nil else {
      throw FormatError(
        .missingInput, "no folder is named", file: name.rawValue,
        remedy: "name a folder: `data` FOLDER, in a recipe data: FOLDER")
    }
    let folders = folder.map { Self.withSubfolder($0, name) } ?? candidates(name)
    for candidate in folders {
      guard let source = DatasetSource.search(candidate, for: name) else { continue }
      guard let other = source.other(than: name) else { return .found(source) }
      guard folder == nil else { throw Self.mistaken(source, other, name) }
    }
    if let folder { throw Self.incomplete(folder, folders, name) }
    return .missing(searched: folders)
  }

  /// The folder in which fetched files of a data set are kept, nil where there is no home.
  package func cacheFolder(for name: DatasetName) -> URL? {
    cacheRoot?.appendingPathComponent("crownwork", isDirectory: true)
      .appendingPathComponent(name.rawValue, isDirectory: true)
  }

  private func candidates(_ name: DatasetName) -> [URL] {
    let named = value("CROWNWORK_DATA").map {
      Self.withSubfolder(URL(fileURLWithPath: $0, isDirectory: true), name)
    }
    let system = systemFolder.appendingPathComponent(name.rawValue, isDirectory: true)
    return (named ?? []) + [cacheFolder(for: name), system].compactMap { $0 }
  }

  private var cacheRoot: URL? {
    #if canImport(Darwin)
      let base = value("HOME").map { "\($0)/Library/Caches" }
    #else
      // A relative path is to be ignored, by the specification of these folders.
      let base =
        value("XDG_CACHE_HOME").flatMap { $0.hasPrefix("/") ? $0 : nil }
        ?? value("HOME").map { "\($0)/.cache" }
    #endif
    return base.map { URL(fileURLWithPath: $0, isDirectory: true) }
  }

  private func value(_ key: String) -> String? {
    environment[key].flatMap { $0.isEmpty ? nil : $0 }
  }

  private static func withSubfolder(_ folder: URL, _ name: DatasetName) -> [URL] {
    // In a folder of one's own "images" may be the name of a class.
    name == .images
      ? [folder] : [folder.appendingPathComponent(name.rawValue, isDirectory: true), folder]
  }

  private static func mistaken(
    _ source: DatasetSource, _ found: DatasetName, _ name: DatasetName
  ) -> FormatError {
    .badData(
      "holds \(found.rawValue), not \(name.rawValue)", file: source.folder.path,
      remedy: "name `dataset` \(found.rawValue), or another folder")
  }

  private static func incomplete(
    _ folder: URL, _ searched: [URL], _ name: DatasetName
  ) -> FormatError {
    let exists = FileKind(path: folder.path) == .directory
    switch name {
    case .images:
      let obstacle = exists ? DatasetSource.obstacle(in: folder) : nil
      return FormatError(
        .missingInput, obstacle?.problem ?? "no such folder", file: folder.path,
        remedy: obstacle?.remedy
          ?? "name a folder with class folders of pictures, IDX files or NumPy arrays")
    case .cifar10:
      let lacking = searched.map { CIFARFiles.missing(in: $0) }.min { $0.count < $1.count } ?? []
      return FormatError(
        .missingInput, exists ? "lacks \(lacking.joined(separator: ", "))" : "no such folder",
        file: folder.path,
        remedy: CIFARFiles.hasPythonVersion(in: folder)
          ? "these are the files of the Python version; get the binary version, "
            + CIFARFiles.archiveName
          : "name a folder with \(CIFARFiles.archiveName) or what it unpacks to")
    default: return incomplete(folder, searched)
    }
  }

  static func incomplete(_ folder: URL, _ searched: [URL]) -> FormatError {
    let missing = searched.compactMap { candidate -> [String]? in
      if case .missing(let names) = DatasetFiles.search(candidate) { names } else { nil }
    }
    let exists = FileKind(path: folder.path) == .directory
    if case .several(let prefixes) = DatasetFiles.search(folder) {
      let names = prefixes.map { String($0.dropLast()) }
      return FormatError(
        .missingInput, "holds several sets: \(names.joined(separator: ", "))", file: folder.path,
        remedy: "name one of them: `data` \(folder.path)/\(names[0])")
    }
    let names = (missing.min { $0.count < $1.count } ?? []).joined(separator: ", ")
    return FormatError(
      .missingInput, exists ? "lacks \(names)" : "no such folder", file: folder.path,
      remedy: "name a folder with the four IDX files, gzipped or not")
  }
}
