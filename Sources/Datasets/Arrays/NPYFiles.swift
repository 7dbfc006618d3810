import Formats
import Foundation

/// Where the four arrays of a user's own data are: in a `.npy` file each, or in one `.npz` archive.
package struct NPYFiles: Equatable, Sendable {
  /// The folder that the files are in.
  package var folder: URL
  /// The archive that holds all four; nil where each has a file.
  package var archive: URL?
  /// A file of each part, where each has one.
  private let files: [DatasetPart: URL]

  static let names = [
    "train-images.npy", "train-labels.npy", "test-images.npy", "test-labels.npy",
  ]

  /// All that was found.
  enum Search: Equatable {
    case complete(NPYFiles)
    /// Names that are missing; empty where there are no arrays at all.
    case missing([String])
    /// Several archives with these names.
    case several([String])
  }

  /// Looks for arrays in a folder, or takes the archive that is named itself.
  static func search(_ place: URL) -> Search {
    let parent = place.deletingLastPathComponent()
    if place.pathExtension.lowercased() == "npz", FileKind(path: place.path) == .regular {
      return .complete(NPYFiles(folder: parent, archive: place, files: [:]))
    }
    let names = (try? FolderListing.names(place.path)) ?? []
    let arrays = names.filter { $0.lowercased().hasSuffix(".npy") }
    let archives = names.filter { $0.lowercased().hasSuffix(".npz") }
    let parts = parts(arrays, in: place)
    let packed = Self.parts(archives, in: place)
    if let files = [parts, packed].first(where: { $0.count == 4 }) {
      return .complete(NPYFiles(folder: place, archive: nil, files: files))
    }
    let found = parts.isEmpty ? packed : parts
    // Beside class folders of pictures an array of another name is no part of the data.
    let isHere =
      !found.isEmpty || !names.contains { FileKind(path: "\(place.path)/\($0)") == .directory }
    guard isHere, !(arrays + archives).isEmpty else { return .missing([]) }
    if arrays.isEmpty, packed.isEmpty {
      guard archives.count == 1 else { return .several(archives) }
      let archive = place.appendingPathComponent(archives[0])
      return .complete(NPYFiles(folder: place, archive: archive, files: [:]))
    }
    return .missing(
      zip(DatasetPart.allCases, Self.names).filter { found[$0.0] == nil }.map { $0.1 })
  }

  private init(folder: URL, archive: URL?, files: [DatasetPart: URL]) {
    (self.folder, self.archive, self.files) = (folder, archive, files)
  }

  /// Files by the part that their names speak of, those with the names of ``names`` first.
  private static func parts(_ names: [String], in folder: URL) -> [DatasetPart: URL] {
    var parts: [DatasetPart: URL] = [:]
    let ordered = names.filter(Self.names.contains) + names.filter { !Self.names.contains($0) }
    for name in ordered {
      let url = folder.appendingPathComponent(name)
      guard FileKind(path: url.path) != .directory,
        let part = DatasetPart(arrayNamed: String(name.dropLast(4))), parts[part] == nil
      else { continue }
      parts[part] = url
    }
    return parts
  }

  /// Reads the arrays; the classes are those of the training labels.
  ///
  /// Throws ``FormatError`` where one is bad or they do not fit each other.
  func dataset(name: String, note: String, layout: ImageLayout?) throws -> Dataset {
    if let archive { return try NPZFile(archive).dataset(name: name, note: note, layout: layout) }
    func array(_ part: DatasetPart) throws -> NumberArray {
      let url = files[part]!
      guard url.pathExtension.lowercased() == "npz" else {
        return try NPYFile.array(InputFile.read(url), file: url.path)
      }
      return try NPZFile(url).onlyArray()
    }
    return try DatasetArrays(
      trainImages: array(.trainImages), trainLabels: array(.trainLabels),
      testImages: array(.testImages), testLabels: array(.testLabels)
    ).dataset(name: name, note: note, classes: nil, layout: layout)
  }
}

extension DatasetPart {
  /// The part that an array's name speaks of: `train-images`, `x_train`, `test_labels`, `y_test` and
  /// their kin; nil for any other.
  init?(arrayNamed name: String) {
    let letters = String(name.lowercased().filter { $0.isLetter || $0.isNumber })
    for (split, isTrain) in [("train", true), ("test", false), ("t10k", false)] {
      for (word, isImages) in [
        ("images", true), ("imgs", true), ("image", true), ("x", true), ("data", true),
        ("labels", false), ("label", false), ("targets", false), ("y", false),
      ] where letters.hasSuffix(split + word) || letters == word + split {
        // A word before the name is a set's, as in kmnist-train-imgs; "x" and "y" stand alone.
        guard word.count > 1 || letters.count == split.count + 1 else { continue }
        self =
          isImages
          ? isTrain ? .trainImages : .testImages : isTrain ? .trainLabels : .testLabels
        return
      }
    }
    return nil
  }
}
