import Formats
import Foundation

/// Looks for data sets on this machine, without reading or fetching anything.
///
/// Four places are searched in this order: the folder that the user names; the folder in
/// `$CROWNWORK_DATA`; the cache, into which ``DatasetFetcher`` installs; and the folder where the
/// system's package manager puts the set. A folder that the user or the environment names may have
/// a subfolder named after the set, which goes first, or hold the files themselves. A folder that
/// the user names is searched alone.
///
/// MNIST and Fashion-MNIST have the same file names. IDX files that are known to be those of the
/// other set are passed over, and in a folder that the user names they are an error.
package struct DatasetLocator: Sendable {
  /// What a search found.
  package enum Result: Equatable, Sendable {
    /// All files of the set, in one folder.
    case found(DatasetSource)
    /// No complete set in any of the folders that were searched.
    case missing(searched: [URL])
  }

  /// The variables that the search depends on.
  private let environment: [String: String]
  /// The parent of the folders of the system's packages.
  private let systemFolder: URL

  /// Creates a locator.
  ///
  /// - Parameters:
  ///   - environment: The variables, of which `CROWNWORK_DATA`, `XDG_CACHE_HOME` and `HOME` are
  ///     read; a variable that is empty counts as unset.
  ///   - systemFolder: The parent of the folders of the system's packages.
  package init(
    environment: [String: String] = ProcessInfo.processInfo.environment,
    systemFolder: URL = URL(fileURLWithPath: "/usr/share/datasets", isDirectory: true)
  ) {
    self.environment = environment
    self.systemFolder = systemFolder
  }

  /// Looks for the files of a data set.
  ///
  /// - Parameters:
  ///   - name: The set. ``DatasetName/digits`` is looked for as files too, although it is part of
  ///     this library; ``Dataset/load(_:folder:environment:fetch:mirror:images:report:)`` asks only
  ///     for digits in a named folder.
  ///   - folder: The only folder to search; nil for the usual places.
  /// - Returns: The files, or the folders that were searched without success.
  /// - Throws: ``FormatError`` of kind `missingInput` where `folder` does not hold all files, or is
  ///   nil for ``DatasetName/images``; of kind `badData` where it holds another set than the one
  ///   that is asked for.
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

  /// Returns the folder in which fetched files of a data set are kept; nil where the environment
  /// names no home.
  ///
  /// On Linux that is `$XDG_CACHE_HOME/crownwork/NAME`, with `~/.cache` as the standard value of
  /// the variable; on Apple's systems it is `~/Library/Caches/crownwork/NAME`. The folder need not
  /// exist.
  package func cacheFolder(for name: DatasetName) -> URL? {
    cacheRoot?.appendingPathComponent("crownwork", isDirectory: true)
      .appendingPathComponent(name.rawValue, isDirectory: true)
  }

  /// Returns the folders to search where the user names none, in order.
  private func candidates(_ name: DatasetName) -> [URL] {
    let named = value("CROWNWORK_DATA").map {
      Self.withSubfolder(URL(fileURLWithPath: $0, isDirectory: true), name)
    }
    let system = systemFolder.appendingPathComponent(name.rawValue, isDirectory: true)
    return (named ?? []) + [cacheFolder(for: name), system].compactMap { $0 }
  }

  /// The parent of all programs' caches; nil where the environment names no home.
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

  /// Returns a variable's value; nil where it is unset or empty.
  private func value(_ key: String) -> String? {
    environment[key].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Returns the folders to search for a named one: its subfolder with the set's name, then the
  /// folder itself.
  private static func withSubfolder(_ folder: URL, _ name: DatasetName) -> [URL] {
    // In a folder with the user's own images, "images" may be the name of a class.
    name == .images
      ? [folder] : [folder.appendingPathComponent(name.rawValue, isDirectory: true), folder]
  }

  /// The error for a named folder that holds another set.
  private static func mistaken(
    _ source: DatasetSource, _ found: DatasetName, _ name: DatasetName
  ) -> FormatError {
    .badData(
      "holds \(found.rawValue), not \(name.rawValue)", file: source.folder.path,
      remedy: "name `dataset` \(found.rawValue), or another folder")
  }

  /// The error for a named folder that does not hold all files of a set: what is missing and in
  /// which form it is expected.
  ///
  /// - Parameters:
  ///   - folder: The folder that the user names.
  ///   - searched: That folder and its subfolder, whichever were searched.
  ///   - name: The set that was looked for.
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

  /// The error for a named folder that does not hold four IDX files.
  ///
  /// Of the folders searched, the one that lacks the fewest files is the one that is reported on.
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
