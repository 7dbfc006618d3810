import Formats
import Foundation

/// The six files of CIFAR-10's binary version: five with 10,000 training images each, one with the
/// test images.
///
/// They may lie in a folder, in its subfolder `cifar-10-batches-bin`, or in the archive
/// `cifar-10-binary.tar.gz` as it is published, which is then read without being unpacked on disk.
/// Unpacked files go first.
package struct CIFARFiles: Equatable, Sendable {
  /// The folder that holds the files or the archive.
  package let folder: URL
  /// The archive; nil where the files lie in the folder.
  let archive: URL?

  /// The published name of the archive.
  static let archiveName = "cifar-10-binary.tar.gz"
  /// The names of the files with training images, in their order.
  static let trainNames = (1...5).map { "data_batch_\($0).bin" }
  /// The name of the file with the test images.
  static let testName = "test_batch.bin"
  /// The folder inside the archive that the files are in.
  private static let archiveFolder = "cifar-10-batches-bin"
  /// The most bytes that the archive is unpacked to, which is more than the 184 MB of the published
  /// one.
  private static let unpackedLimit = 1 << 28

  /// Looks for the files in a folder; nil where one of them is missing and there is no archive.
  init?(in folder: URL) {
    let archive = folder.appendingPathComponent(Self.archiveName)
    if let place = Self.places(folder).first(where: { Self.missing(from: $0).isEmpty }) {
      (self.folder, self.archive) = (place, nil)
    } else if Self.isFile(archive) {
      (self.folder, self.archive) = (folder, archive)
    } else {
      return nil
    }
  }

  /// Returns the names of files that a folder lacks. Of the folder and its subfolder of the
  /// archive's name, the one that lacks fewer is reported on.
  static func missing(in folder: URL) -> [String] {
    places(folder).map(missing(from:)).min { $0.count < $1.count }!
  }

  /// Returns whether a folder holds CIFAR-10's version for Python, which consists of pickles and is
  /// not read. An error then says so instead of listing the files that are missing.
  static func hasPythonVersion(in folder: URL) -> Bool {
    ["", "cifar-10-batches-py/"].contains {
      isFile(folder.appendingPathComponent("\($0)data_batch_1"))
    } || isFile(folder.appendingPathComponent("cifar-10-python.tar.gz"))
  }

  /// Returns the folders in which unpacked files may lie, best first.
  private static func places(_ folder: URL) -> [URL] {
    [folder, folder.appendingPathComponent(archiveFolder, isDirectory: true)]
  }

  /// Returns the names of files that are not in this very folder.
  private static func missing(from folder: URL) -> [String] {
    (trainNames + [testName]).filter { !isFile(folder.appendingPathComponent($0)) }
  }

  /// Returns whether there is something at a place that is not a folder.
  private static func isFile(_ url: URL) -> Bool {
    FileKind(path: url.path).map { $0 != .directory } ?? false
  }

  /// Reads the training and the test images.
  ///
  /// - Throws: ``FormatError`` of kind `missingInput` for a file that cannot be read, and of kind
  ///   `badData` for one that is damaged, for an archive without one of the files, and for a label
  ///   above 9.
  func dataset(name: String, note: String) throws -> Dataset {
    let contents = try reader()
    return Dataset(
      name: name, train: try images(Self.trainNames, contents),
      test: try images([Self.testName], contents), note: note)
  }

  /// Reads some files into one set of images, in the order of their names.
  private func images(
    _ names: [String], _ contents: (String) throws -> (data: Data, file: String)
  ) throws -> LabeledImages {
    let files = try names.map { name in
      let (data, file) = try contents(name)
      return try CIFARFile(data: data, file: file)
    }
    return try LabeledImages(
      height: CIFARFile.side, width: CIFARFile.side, channels: 3, pixels: files.flatMap(\.pixels),
      labels: files.flatMap(\.labels), imagesFile: folder.path, labelsFile: folder.path)
  }

  /// Returns a function that gives a file's bytes, and what errors call it, by its name.
  ///
  /// The archive is unpacked once, into memory, when the function is made.
  private func reader() throws -> (String) throws -> (data: Data, file: String) {
    guard let archive else {
      return { [folder] name in
        let url = folder.appendingPathComponent(name)
        return (try InputFile.read(url), url.path)
      }
    }
    let packed = try InputFile.read(archive)
    let tar = try TarArchive(
      Gzip.decompress(packed, limit: Self.unpackedLimit, file: archive.path), file: archive.path)
    return { name in
      let path = "\(Self.archiveFolder)/\(name)"
      guard let data = tar.contents(of: path) else {
        throw FormatError.badData(
          "lacks \(path)", file: archive.path, remedy: "get the archive again")
      }
      return (data, "\(archive.path)/\(path)")
    }
  }
}
