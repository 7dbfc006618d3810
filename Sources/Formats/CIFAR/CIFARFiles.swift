import Foundation

/// Where the six files of CIFAR-10 are.
public struct CIFARFiles: Equatable, Sendable {
  public var folder: URL

  static let trainNames = (1...5).map { "data_batch_\($0).bin" }
  static let testName = "test_batch.bin"
  /// The folder that the published archive unpacks to.
  static let archiveFolder = "cifar-10-batches-bin"

  /// The files in a folder or in its subfolder of the archive's name; nil where one is missing.
  init?(in folder: URL) {
    let places = [folder, folder.appendingPathComponent(Self.archiveFolder, isDirectory: true)]
    guard let place = places.first(where: { Self.missing(in: $0).isEmpty }) else { return nil }
    self.folder = place
  }

  /// The names of files that a folder lacks.
  static func missing(in folder: URL) -> [String] {
    (trainNames + [testName]).filter {
      FileKind(path: folder.appendingPathComponent($0).path).map { $0 == .directory } ?? true
    }
  }

  func images(_ names: [String]) throws -> LabeledImages {
    let files = try names.map { name in
      let url = folder.appendingPathComponent(name)
      return try CIFARFile(data: InputFile.read(url), file: url.path)
    }
    return try LabeledImages(
      height: CIFARFile.side, width: CIFARFile.side, channels: 3, pixels: files.flatMap(\.pixels),
      labels: files.flatMap(\.labels), imagesFile: folder.path, labelsFile: folder.path)
  }

  func dataset(name: String, note: String) throws -> Dataset {
    Dataset(
      name: name, train: try images(Self.trainNames), test: try images([Self.testName]), note: note)
  }
}
