import Formats
import Foundation

/// The six files of CIFAR-10's binary version, in a folder or in the archive as it is published.
package struct CIFARFiles: Equatable, Sendable {
  /// The folder that holds the files or the archive.
  package let folder: URL
  /// The archive; nil where the files lie in the folder.
  let archive: URL?

  static let archiveName = "cifar-10-binary.tar.gz"
  static let trainNames = (1...5).map { "data_batch_\($0).bin" }
  static let testName = "test_batch.bin"
  /// The archive's folder.
  private static let archiveFolder = "cifar-10-batches-bin"
  /// More than the published archive unpacks to, 184 MB.
  private static let unpackedLimit = 1 << 28

  /// What is in a folder or its subfolder of the archive's name, best unpacked; nil where a file is
  /// missing.
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

  /// The names of files that a folder, or its subfolder of the archive's name, lacks.
  static func missing(in folder: URL) -> [String] {
    places(folder).map(missing(from:)).min { $0.count < $1.count }!
  }

  /// Whether a folder holds pickles of Python, which are not read.
  static func hasPythonVersion(in folder: URL) -> Bool {
    ["", "cifar-10-batches-py/"].contains {
      isFile(folder.appendingPathComponent("\($0)data_batch_1"))
    } || isFile(folder.appendingPathComponent("cifar-10-python.tar.gz"))
  }

  private static func places(_ folder: URL) -> [URL] {
    [folder, folder.appendingPathComponent(archiveFolder, isDirectory: true)]
  }

  private static func missing(from folder: URL) -> [String] {
    (trainNames + [testName]).filter { !isFile(folder.appendingPathComponent($0)) }
  }

  private static func isFile(_ url: URL) -> Bool {
    FileKind(path: url.path).map { $0 != .directory } ?? false
  }

  func dataset(name: String, note: String) throws -> Dataset {
    let contents = try reader()
    return Dataset(
      name: name, train: try images(Self.trainNames, contents),
      test: try images([Self.testName], contents), note: note)
  }

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

  /// Gives a file's bytes, and what it is called in errors, by its name.
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
