import Formats
import Foundation

extension Dataset {
  /// Loads a data set by its name, from this machine or from where it is published.
  ///
  /// The places are tried in this order:
  ///
  /// 1. ``DatasetName/digits`` without a `folder` is part of this library and needs no files.
  /// 2. With a `folder`, the files have to be there and nowhere else is looked: data from another
  ///    place would not be what the caller asked for. The user's own data in the same form will do
  ///    as well. ``DatasetName/images`` needs a folder.
  /// 3. Without a `folder`, `DatasetLocator` searches the folders that the environment names, the
  ///    cache and the folder of the system's packages.
  /// 4. If nothing is found and `fetch` is true, `DatasetFetcher` downloads the files into the
  ///    cache and verifies their SHA-256.
  ///
  /// The call blocks until the data are in memory; a first download of CIFAR-10 takes 170 MB.
  ///
  /// - Parameters:
  ///   - name: The set.
  ///   - folder: The folder with the set's files, or a folder that has a subfolder with the set's
  ///     name; nil to search for it.
  ///   - environment: The variables that `DatasetLocator` reads.
  ///   - fetch: Whether a set that is not found may be downloaded.
  ///   - mirror: An address (`http`, `https` or `file`) to download from in place of the set's
  ///     `DatasetName.addresses`.
  ///   - images: What pictures are turned into and how arrays are read, for ``DatasetName/images``.
  ///   - report: A function that is called before each download with its address.
  /// - Throws: `FormatError` where nothing is found, with everything that was tried in one line,
  ///   and where a file is damaged or cannot be kept; ``InvalidValue`` for `images` out of range.
  public static func load(
    _ name: DatasetName, folder: URL? = nil,
    environment: [String: String] = ProcessInfo.processInfo.environment, fetch: Bool = true,
    mirror: URL? = nil, images: ImageSettings = ImageSettings(), report: (URL) -> Void = { _ in }
  ) throws -> Dataset {
    try images.validate()
    let locator = DatasetLocator(environment: environment)
    let fetcher = { DatasetFetcher(into: $0, mirror: mirror) }
    return try load(
      name, folder: folder, locator: locator, fetcher: fetch ? fetcher : nil, images: images,
      report: report)
  }

  /// Returns the 1,797 optical digits of 8×8 pixels that are part of this library: the first 1,437
  /// to train on, the last 360 to test with.
  ///
  /// A pixel of the source has a level from 0 to 16; here the level v is the byte v · 255/16,
  /// rounded to nearest.
  ///
  /// The order is that of the source and not shuffled, which is the usual split of these data:
  /// there the digits of one writer come together, so that few writers are in both parts. The data
  /// are unpacked once per process, at the first call.
  public static func digits() -> Dataset { EmbeddedDigits.dataset }

  /// Loads MNIST, and fetches it on first use where this machine does not have it.
  ///
  /// - Parameter folder: The folder with the files; nil to search for them.
  /// - Throws: `FormatError` as ``load(_:folder:environment:fetch:mirror:images:report:)`` does.
  public static func mnist(folder: URL? = nil) throws -> Dataset {
    try load(.mnist, folder: folder)
  }

  /// Loads Fashion-MNIST, and fetches it on first use where this machine does not have it.
  ///
  /// - Parameter folder: The folder with the files; nil to search for them.
  /// - Throws: `FormatError` as ``load(_:folder:environment:fetch:mirror:images:report:)`` does.
  public static func fashionMNIST(folder: URL? = nil) throws -> Dataset {
    try load(.fashionMNIST, folder: folder)
  }

  /// Loads CIFAR-10, and fetches it, 170 MB, on first use where this machine does not have it.
  ///
  /// - Parameter folder: The folder with the files; nil to search for them.
  /// - Throws: `FormatError` as ``load(_:folder:environment:fetch:mirror:images:report:)`` does.
  public static func cifar10(folder: URL? = nil) throws -> Dataset {
    try load(.cifar10, folder: folder)
  }

  /// Reads the user's own data from a folder with the four files of MNIST's form.
  ///
  /// The files are IDX, gzipped or not, with the names of MNIST's files or with something in front
  /// of those (``DatasetFiles``). They are checked for consistency. For other forms, such as
  /// pictures or NumPy arrays, load ``DatasetName/images``.
  ///
  /// - Parameters:
  ///   - folder: The folder with the files.
  ///   - name: The name of the set; nil for the folder's name.
  ///   - classes: The number of classes, which every label has to be less than.
  ///   - note: The origin and licence of the data, in one line.
  /// - Throws: ``FormatError`` of kind `missingInput` where a file is missing or cannot be read; of
  ///   kind `badData` where one is damaged, where their sizes or counts do not fit each other, and
  ///   where a label is not less than `classes`.
  package init(
    contentsOf folder: URL, name: String? = nil, classes: Int = 10, note: String = ""
  ) throws {
    guard case .complete(let files) = DatasetFiles.search(folder) else {
      throw DatasetLocator.incomplete(folder, [folder])
    }
    try self.init(files, name: name ?? folder.lastPathComponent, classes: classes, note: note)
  }

  /// Loads a data set by the given locator and fetcher, which tests replace.
  ///
  /// - Parameters:
  ///   - locator: What looks for the files.
  ///   - fetcher: Makes a fetcher that installs into the given cache folder; nil where nothing may
  ///     be downloaded.
  /// - Throws: ``FormatError`` as the public function does.
  static func load(
    _ name: DatasetName, folder: URL?, locator: DatasetLocator,
    fetcher: ((URL) -> DatasetFetcher)?, images: ImageSettings = ImageSettings(),
    report: (URL) -> Void = { _ in }
  ) throws -> Dataset {
    if name == .digits && folder == nil {
      guard images == ImageSettings() else {
        throw FormatError.badData(
          "is part of this program, so its images are as they are", file: name.rawValue,
          remedy: "leave out `images.size`, `images.channels` and `images.layout`")
      }
      return digits()
    }
    switch try locator.locate(name, folder: folder) {
    case .found(let source):
      // Files in a folder that the user names may be anything, so the set's own note about origin
      // and licence would be a guess.
      let note = folder == nil ? name.note : "files in \(source.folder.path)"
      return try source.dataset(name: name, note: note, images: images)
    case .missing(let searched):
      guard let fetcher, let cache = locator.cacheFolder(for: name) else {
        throw missing(name, searched, fetching: nil)
      }
      do {
        return try fetcher(cache).fetch(name, report: report)
          .dataset(name: name, note: name.note, images: images)
      } catch let error as FormatError where error.kind == .missingInput {
        throw missing(name, searched, fetching: error.problem)
      }
    }
  }

  /// Returns the error for a set that was neither found nor fetched.
  ///
  /// - Parameters:
  ///   - searched: The folders that were searched.
  ///   - fetching: Why it could not be downloaded either; nil where that was not tried.
  private static func missing(
    _ name: DatasetName, _ searched: [URL], fetching: String?
  ) -> FormatError {
    let places = searched.map(\.path).joined(separator: ", ")
    let package = name.systemPackage.map { ", or install Debian's package \($0)" } ?? ""
    return FormatError(
      .missingInput, "not found in \(places)" + (fetching.map { " and \($0)" } ?? ""),
      file: name.rawValue,
      remedy: "give its folder by `data` or $CROWNWORK_DATA\(package)")
  }
}

extension EmbeddedDigits {
  /// The number of digits to train on, at the beginning of the set; the others are test data.
  static let trainCount = 1437

  /// The digits, unpacked at the first access.
  ///
  /// The data are part of the program and covered by the tests, so that damage is a programming
  /// error and traps.
  static let dataset: Dataset = {
    do {
      let all = try LabeledImages(
        images: IDXFile.array(unpacked(images), file: "digits"),
        labels: IDXFile.array(unpacked(labels), file: "digits"), classes: 10)
      return Dataset(
        name: DatasetName.digits.rawValue, train: all[0..<trainCount],
        test: all[trainCount..<all.count], note: DatasetName.digits.note)
    } catch {
      preconditionFailure("the embedded digits are damaged: \(error)")
    }
  }()

  /// Returns the gzipped IDX file behind a base64 text. An unreadable text gives no bytes, which
  /// the reader of IDX then refuses.
  private static func unpacked(_ base64: String) -> Data {
    Data(base64Encoded: base64, options: .ignoreUnknownCharacters) ?? Data()
  }
}
