import Formats
import Foundation

extension Dataset {
  /// A data set by name.
  ///
  /// With a `folder`, from there and nowhere else (the user's own data in the same form will do);
  /// ``DatasetName/images`` needs one, whose pictures are turned into what `images` says;
  /// else from where ``DatasetLocator`` finds it; else, if `fetch` is true, fetched into the cache
  /// from `mirror` or the set's own addresses. `digits` is part of this library and needs no files.
  /// `report` is called before each download with its address.
  ///
  /// - Throws: ``FormatError``, with everything that was tried in one line, and ``InvalidValue`` for
  ///   `images` out of range.
  package static func load(
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

  /// The 1,797 optical digits of 8×8 pixels: the first 1,437 to train on, the last 360 to test
  /// with.
  ///
  /// The order is that of the source and not shuffled, the usual split of these data: there the
  /// digits of one writer come together, so that few writers are in both parts.
  public static func digits() -> Dataset { EmbeddedDigits.dataset }

  /// MNIST, fetched on first use where this machine does not have it.
  ///
  /// Throws ``FormatError`` as ``load(_:folder:environment:fetch:mirror:report:)`` does.
  public static func mnist(folder: URL? = nil) throws -> Dataset {
    try load(.mnist, folder: folder)
  }

  /// Fashion-MNIST, fetched on first use where this machine does not have it.
  ///
  /// Throws ``FormatError`` as ``load(_:folder:environment:fetch:mirror:report:)`` does.
  public static func fashionMNIST(folder: URL? = nil) throws -> Dataset {
    try load(.fashionMNIST, folder: folder)
  }

  /// CIFAR-10, fetched on first use where this machine does not have it: 170 MB.
  ///
  /// Throws ``FormatError`` as ``load(_:folder:environment:fetch:mirror:report:)`` does.
  public static func cifar10(folder: URL? = nil) throws -> Dataset {
    try load(.cifar10, folder: folder)
  }

  /// Reads a user's own data, in a folder with the four files of MNIST's form.
  ///
  /// The files are checked for consistency. Throws ``FormatError`` where one is missing or bad,
  /// where their sizes or counts do not fit each other, and where a label is not below `classes`.
  package init(
    contentsOf folder: URL, name: String? = nil, classes: Int = 10, note: String = ""
  ) throws {
    guard case .complete(let files) = DatasetFiles.search(folder) else {
      throw DatasetLocator.incomplete(folder, [folder])
    }
    try self.init(files, name: name ?? folder.lastPathComponent, classes: classes, note: note)
  }

  static func load(
    _ name: DatasetName, folder: URL?, locator: DatasetLocator,
    fetcher: ((URL) -> DatasetFetcher)?, images: ImageSettings = ImageSettings(),
    report: (URL) -> Void = { _ in }
  ) throws -> Dataset {
    if name == .digits && folder == nil { return digits() }
    switch try locator.locate(name, folder: folder) {
    case .found(let source):
      // A user's own files may be anything.
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
  /// The number of images to train on.
  static let trainCount = 1437

  /// Unpacked once.
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

  private static func unpacked(_ base64: String) -> Data {
    Data(base64Encoded: base64, options: .ignoreUnknownCharacters) ?? Data()
  }
}
