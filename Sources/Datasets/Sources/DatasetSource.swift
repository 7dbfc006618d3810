import Formats
import Foundation

/// The files of a data set, in one of the forms that can be read.
package enum DatasetSource: Equatable, Sendable {
  /// Four IDX files.
  case idx(DatasetFiles)
  /// NumPy arrays.
  case arrays(NPYFiles)
  /// CIFAR-10's binary version.
  case cifar(CIFARFiles)
  /// PNG and JPEG pictures, a folder for each class.
  case pictures(URL)

  /// The folder that the files are in.
  package var folder: URL {
    switch self {
    case .idx(let files): files.folder
    case .arrays(let files): files.folder
    case .cifar(let files): files.folder
    case .pictures(let folder): folder
    }
  }

  /// What a folder holds of a data set; nil where that is not all of it.
  ///
  /// A folder of one's own (``DatasetName/images``) that has one file of a form should have all of
  /// them; any other is taken for pictures.
  static func search(_ folder: URL, for name: DatasetName) -> DatasetSource? {
    if name == .cifar10 { return CIFARFiles(in: folder).map { .cifar($0) } }
    if case .complete(let files) = DatasetFiles.search(folder) { return .idx(files) }
    guard name == .images else { return nil }
    if case .complete(let files) = NPYFiles.search(folder) { return .arrays(files) }
    guard FileKind(path: folder.path) == .directory else { return nil }
    return obstacle(in: folder) == nil ? .pictures(folder) : nil
  }

  /// Why one's own data are not whole in the form that they are in, and what to do; nil where they
  /// are pictures.
  static func obstacle(in folder: URL) -> (problem: String, remedy: String)? {
    func choose(_ names: [String]) -> (String, String) {
      let shown = names.map { $0.hasSuffix("-") ? String($0.dropLast()) : $0 }
      return (
        "holds several sets: \(FormatError.shortened(shown.joined(separator: ", ")))",
        "name one of them: `data` \(folder.path)/\(shown[0])"
      )
    }
    let arrays = NPYFiles.search(folder)
    if case .several(let names) = arrays { return choose(names) }
    if case .missing(let names) = arrays, !names.isEmpty {
      return lacking(names, "four .npy arrays of these names, or one .npz archive with x_train, ")
    }
    switch DatasetFiles.search(folder) {
    case .several(let prefixes): return choose(prefixes)
    case .missing(let names) where names.count < 4 || hasOtherIDX(folder):
      return lacking(names, "four IDX files, gzipped or not, ")
    default: return nil
    }
  }

  private static func lacking(_ names: [String], _ what: String) -> (String, String) {
    let rest = what.hasSuffix("x_train, ") ? "y_train, x_test and y_test" : "named like MNIST's"
    return ("lacks \(names.joined(separator: ", "))", "name a folder with " + what + rest)
  }

  /// Whether there are IDX files of other names, and no folders that pictures might be in.
  private static func hasOtherIDX(_ folder: URL) -> Bool {
    let names = (try? FolderListing.names(folder.path)) ?? []
    let isFile = { (name: String) in FileKind(path: "\(folder.path)/\(name)") != .directory }
    return names.allSatisfy(isFile)
      && names.contains { $0.contains("-idx") || $0.contains(".idx") }
  }

  /// Reads the data. `images` says what pictures are turned into.
  ///
  /// Throws ``FormatError`` where a file is missing or bad, and for settings of pictures where
  /// there are none.
  package func dataset(
    name: DatasetName, note: String, images: ImageSettings = ImageSettings()
  ) throws -> Dataset {
    var dataset = try read(name: name, note: note, images: images)
    dataset.warnings += dataset.classWarnings
    return dataset
  }

  private func read(name: DatasetName, note: String, images: ImageSettings) throws -> Dataset {
    if case .pictures(let folder) = self {
      guard images.layout == nil else {
        throw FormatError.badData(
          "holds pictures, which have no layout", file: folder.path,
          remedy: "leave out `images.layout`")
      }
      return try Dataset(ImageFolder(folder), name: name.rawValue, images: images)
    }
    guard images.size == nil, images.channels == nil else {
      throw FormatError.badData(
        "holds arrays, whose size and channels cannot be set", file: folder.path,
        remedy: "leave out `images.size` and `images.channels`")
    }
    if case .arrays(let files) = self {
      return try files.dataset(name: name.rawValue, note: note, layout: images.layout)
    }
    guard images.layout == nil else {
      throw FormatError.badData(
        "holds no NumPy arrays, so no layout is to be said", file: folder.path,
        remedy: "leave out `images.layout`")
    }
    switch self {
    case .idx(let files):
      return try Dataset(
        files, name: name.rawValue, classes: name == .images ? nil : 10, note: note)
    case .cifar(let files): return try files.dataset(name: name.rawValue, note: note)
    case .arrays, .pictures: preconditionFailure("read above")
    }
  }
}
