import Foundation

/// The files of a data set, in one of the forms that can be read.
public enum DatasetSource: Equatable, Sendable {
  /// Four IDX files.
  case idx(DatasetFiles)
  /// Four `.npy` arrays.
  case arrays(NPYFiles)
  /// CIFAR-10's binary version.
  case cifar(CIFARFiles)
  /// PNG and JPEG pictures, a folder for each class.
  case pictures(URL)

  /// The folder that the files are in.
  public var folder: URL {
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
    guard name == .images, FileKind(path: folder.path) == .directory else { return nil }
    let lacking = missing(in: folder)
    if lacking == [] { return .arrays(NPYFiles(folder: folder)) }
    return lacking == nil ? .pictures(folder) : nil
  }

  /// The files that one's own data lack in the form that they are in; nil where they are pictures.
  static func missing(in folder: URL) -> [String]? {
    let arrays = NPYFiles.missing(in: folder)
    if arrays.count < 4 { return arrays }
    guard case .missing(let parts) = DatasetFiles.search(folder), parts.count < 4 else {
      return nil
    }
    return parts.map(\.publishedName)
  }

  /// Reads the data. `images` says what pictures are turned into.
  ///
  /// Throws ``FormatError`` where a file is missing or bad, and for settings of pictures where
  /// there are none.
  public func dataset(
    name: DatasetName, note: String, images: ImageSettings = ImageSettings()
  ) throws -> Dataset {
    if case .pictures(let folder) = self {
      return try Dataset(ImageFolder(folder), name: name.rawValue, images: images)
    }
    guard images == ImageSettings() else {
      throw FormatError.badData(
        "holds arrays, whose size and channels cannot be set", file: folder.path,
        remedy: "leave out images, --image-size and --channels")
    }
    switch self {
    case .idx(let files):
      return try Dataset(
        files, name: name.rawValue, classes: name == .images ? nil : 10, note: note)
    case .arrays(let files): return try files.dataset(name: name.rawValue, note: note)
    case .cifar(let files): return try files.dataset(name: name.rawValue, note: note)
    case .pictures: preconditionFailure("read above")
    }
  }
}
