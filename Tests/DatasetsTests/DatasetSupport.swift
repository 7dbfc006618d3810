import Foundation
import _TestSupport

@testable import Datasets
@testable import Formats

/// The four files of a small data set in memory, to be damaged and put into folders.
struct SmallDataset {
  var files: [DatasetPart: Data] = [
    .trainImages: IDXFile(shape: [3, 2, 2], bytes: Array(0..<12)).encoded(),
    .trainLabels: IDXFile(shape: [3], bytes: [0, 9, 4]).encoded(),
    .testImages: IDXFile(shape: [2, 2, 2], bytes: Array(20..<28)).encoded(),
    .testLabels: IDXFile(shape: [2], bytes: [1, 2]).encoded(),
  ]

  /// Writes the files, under their published names, gzipped where these say so.
  @discardableResult
  func write(to folder: URL, name: (DatasetPart) -> String = \.publishedName) throws -> URL {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for (part, data) in files {
      let file = folder.appendingPathComponent(name(part))
      try AtomicFile.write(file.pathExtension == "gz" ? Gzip.compress(data) : data, to: file)
    }
    return folder
  }
}

extension LabeledImages {
  /// The shape of one image.
  var form: [Int] { [height, width, channels] }
}
