import Formats
import Foundation

/// The place of the four IDX files of a data set: images and labels, for training and for testing.
///
/// A search finds them by their names (``DatasetLocator``); ``Dataset/init(_:name:classes:note:)``
/// reads them.
package struct DatasetFiles: Equatable, Sendable {
  /// The folder that was searched. Where several sets are in one folder, it is the path that chose
  /// one of them.
  package var folder: URL
  /// The file with the images to train on.
  package var trainImages: URL
  /// The file with the labels of the training images.
  package var trainLabels: URL
  /// The file with the images to test with.
  package var testImages: URL
  /// The file with the labels of the test images.
  package var testLabels: URL

  /// What a search found.
  enum Search {
    /// All four files.
    case complete(DatasetFiles)
    /// The names, as published, of the files that the most complete set of the folder lacks; all
    /// four where there is none.
    case missing([String])
    /// The beginnings of the names of several complete sets, of which the user has to choose one;
    /// each ends with the sign that separates it.
    case several([String])
  }

  /// Looks for the files in one folder.
  ///
  /// Files with the names of MNIST go first. Otherwise names with something in front of those are
  /// accepted, such as `emnist-letters-train-images-idx3-ubyte.gz`, also with `test` in place of
  /// `t10k` and with another type than `ubyte`. Where a folder holds several sets, one is chosen by
  /// what its names begin with, as the last part of the path: `FOLDER/emnist-letters`.
  ///
  /// - Parameter folder: The folder, or such a path. A folder that is not there is treated as one
  ///   without files.
  /// - Returns: The files, or what keeps them from being complete.
  static func search(_ folder: URL) -> Search {
    var sets = IDXFolder.sets(in: folder)
    if FileKind(path: folder.path) == nil {
      let parent = folder.deletingLastPathComponent()
      let prefix = folder.lastPathComponent + "-"
      sets = IDXFolder.sets(in: parent).filter { $0.key == prefix }
    }
    if sets[""]?.count == 4 { return .complete(DatasetFiles(folder, sets[""]!)) }
    let complete = sets.filter { $0.value.count == 4 }
    if complete.count > 1 { return .several(complete.keys.sorted()) }
    if let files = complete.first?.value { return .complete(DatasetFiles(folder, files)) }
    let best = sets.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }
    let lacking = DatasetPart.allCases.filter { best?.value[$0] == nil }
    return .missing(lacking.map { (best?.key ?? "") + $0.publishedName })
  }

  /// Creates the place of files that a search has found.
  private init(_ folder: URL, _ files: [DatasetPart: URL]) {
    self.folder = folder
    trainImages = files[.trainImages]!
    trainLabels = files[.trainLabels]!
    testImages = files[.testImages]!
    testLabels = files[.testLabels]!
  }

  /// What is known about the data by the names of their files; nil for most.
  var note: String? {
    trainImages.lastPathComponent.lowercased().hasPrefix("emnist")
      ? "EMNIST's rows and columns are swapped, as its files and torchvision have them" : nil
  }
}

/// The search for IDX files in a folder.
private enum IDXFolder {
  /// Returns the files of a folder in sets: by what their names have in front of MNIST's names, and
  /// then by part.
  ///
  /// Of several files for one part of a set, the one with the best rank is chosen, and among equals
  /// the first by name.
  static func sets(in folder: URL) -> [String: [DatasetPart: URL]] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    var sets: [String: [DatasetPart: (rank: Int, url: URL)]] = [:]
    for name in names where name.contains("idx") && !name.hasPrefix(".") {
      guard let (prefix, part, rank) = parse(name) else { continue }
      let url = folder.appendingPathComponent(name)
      guard let kind = FileKind(path: url.path), kind != .directory else { continue }
      let found = sets[prefix]?[part]
      guard found.map({ (rank, name) < ($0.rank, $0.url.lastPathComponent) }) ?? true else {
        continue
      }
      sets[prefix, default: [:]][part] = (rank, url)
    }
    return sets.mapValues { $0.mapValues(\.url) }
  }

  /// Takes the name of a file apart.
  ///
  /// - Returns: What the name has in front of MNIST's, with the sign that separates it (`-`, `_` or
  ///   `.`); the part of the data; and the rank among files for the same part, where less is better
  ///   and gzipped files go before plain ones. nil for a name of another kind.
  private static func parse(_ name: String) -> (prefix: String, part: DatasetPart, rank: Int)? {
    for part in DatasetPart.allCases {
      if let rank = part.names.firstIndex(of: name) { return ("", part, rank) }
    }
    let match = name.wholeMatch(
      of: /(?<prefix>.*?)(?<split>train|t10k|test)-(?<what>images|labels)[-.]idx\d-?\w*(\.gz)?/)
    guard let match else { return nil }
    let prefix = String(match.prefix)
    guard prefix.isEmpty || "-_.".contains(prefix.last!) else { return nil }
    let isTrain = match.split == "train"
    let part: DatasetPart =
      match.what == "images"
      ? isTrain ? .trainImages : .testImages : isTrain ? .trainLabels : .testLabels
    return (prefix, part, name.hasSuffix(".gz") ? 8 : 9)
  }
}
