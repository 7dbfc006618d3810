import Formats
import Foundation

/// The files of a data set on disk, in one of the forms that can be read.
///
/// A source is what a search results in (``DatasetLocator``, ``DatasetFetcher``): the files are
/// known to exist, but none has been read. ``dataset(name:note:images:)`` reads them.
/// ``isPublished(as:)`` compares them with what is published.
package enum DatasetSource: Equatable, Sendable {
  /// Four IDX files, the form of MNIST.
  case idx(DatasetFiles)
  /// NumPy arrays.
  case arrays(NPYFiles)
  /// The binary version of CIFAR-10.
  case cifar(CIFARFiles)
  /// PNG and JPEG pictures in a folder with a subfolder for each class, with or without a division
  /// into training and test pictures.
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

  /// Examines a folder for the files of a data set.
  ///
  /// For ``DatasetName/images`` the forms are tried in a fixed order: IDX files, NumPy arrays,
  /// pictures. A folder that has one file of a form should have all of them; a folder that has none
  /// is taken for pictures.
  ///
  /// - Parameters:
  ///   - folder: The folder, or for IDX files and NumPy archives the path that chooses one of
  ///     several.
  ///   - name: The set that is looked for.
  /// - Returns: The files; nil where they are not complete. For ``DatasetName/images``,
  ///   ``obstacle(in:)`` says why.
  static func search(_ folder: URL, for name: DatasetName) -> DatasetSource? {
    if name == .cifar10 { return CIFARFiles(in: folder).map { .cifar($0) } }
    if case .complete(let files) = DatasetFiles.search(folder) { return .idx(files) }
    guard name == .images else { return nil }
    if case .complete(let files) = NPYFiles.search(folder) { return .arrays(files) }
    guard FileKind(path: folder.path) == .directory else { return nil }
    return obstacle(in: folder) == nil ? .pictures(folder) : nil
  }

  /// Explains why a user's own data are not whole in the form that they are in.
  ///
  /// - Returns: What is wrong and what to do; nil where nothing speaks against pictures.
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

  /// The explanation for a form of which files are missing.
  ///
  /// - Parameters:
  ///   - names: The names of the missing files.
  ///   - what: The form, as the beginning of a phrase that is completed here.
  private static func lacking(_ names: [String], _ what: String) -> (String, String) {
    let rest = what.hasSuffix("x_train, ") ? "y_train, x_test and y_test" : "named like MNIST's"
    return ("lacks \(names.joined(separator: ", "))", "name a folder with " + what + rest)
  }

  /// Returns whether the folder holds IDX files of names that do not belong to a set, and no
  /// folders that pictures might be in.
  private static func hasOtherIDX(_ folder: URL) -> Bool {
    let names = (try? FolderListing.names(folder.path)) ?? []
    let isFile = { (name: String) in FileKind(path: "\(folder.path)/\(name)") != .directory }
    return names.allSatisfy(isFile)
      && names.contains { $0.contains("-idx") || $0.contains(".idx") }
  }

  /// Reads the files into memory, decoding and checking all of them.
  ///
  /// - Parameters:
  ///   - name: The name of the data set. It also decides the number of classes of IDX files: ten
  ///     for the known sets, and by the labels for ``DatasetName/images``.
  ///   - note: The beginning of the data set's note; pictures have a note of their folder instead.
  ///   - images: What pictures are turned into, and how NumPy arrays are read.
  /// - Returns: The data set, with a warning for classes that no image belongs to.
  /// - Throws: ``FormatError`` of kind `missingInput` for a file that cannot be read, and of kind
  ///   `badData` for one that is damaged, for files that do not fit each other, and for settings
  ///   that have no meaning for this form.
  package func dataset(
    name: DatasetName, note: String, images: ImageSettings = ImageSettings()
  ) throws -> Dataset {
    var dataset = try read(name: name, note: note, images: images)
    dataset.warnings += dataset.classWarnings
    return dataset
  }

  /// Reads the files, and refuses settings that have no meaning for their form.
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
