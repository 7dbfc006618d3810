import Formats
import Foundation

/// Where the four files of a data set are.
package struct DatasetFiles: Equatable, Sendable {
  package var folder: URL
  package var trainImages: URL
  package var trainLabels: URL
  package var testImages: URL
  package var testLabels: URL

  /// All four files of a folder, or what is in the way.
  enum Search {
    case complete(DatasetFiles)
    /// Files that are not there, by their names.
    case missing([String])
    /// Several sets of four files, whose names begin so.
    case several([String])
  }

  /// Looks for the files in one folder.
  ///
  /// The names of MNIST go first; else files whose names have something before those will do, such
  /// as `emnist-letters-train-images-idx3-ubyte.gz`, with `test` for `t10k` and another type than
  /// `ubyte`. Where several sets are in a folder, one is chosen by what its names begin with, as
  /// the last part of the path: `FOLDER/emnist-letters`.
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

  private init(_ folder: URL, _ files: [DatasetPart: URL]) {
    self.folder = folder
    trainImages = files[.trainImages]!
    trainLabels = files[.trainLabels]!
    testImages = files[.testImages]!
    testLabels = files[.testLabels]!
  }

  /// What is known of data by the names of their files.
  var note: String? {
    trainImages.lastPathComponent.lowercased().hasPrefix("emnist")
      ? "EMNIST's rows and columns are swapped, as its files and torchvision have them" : nil
  }
}

/// The IDX files of a folder.
private enum IDXFolder {
  /// Files by part, by what their names have before those of MNIST.
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

  /// What a name begins with, the part that it is of, and which of several such files is best.
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
