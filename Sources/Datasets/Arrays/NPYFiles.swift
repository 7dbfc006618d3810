import Formats
import Foundation

/// The place of the four arrays of a user's own data: in a `.npy` file each, in a `.npz` archive
/// each, or all in one `.npz` archive.
///
/// ``DatasetSource`` looks for them in a folder that the user names for ``DatasetName/images``.
/// Nothing is read before the source's ``DatasetSource/dataset(name:note:images:)`` is called.
/// There are two states: either ``archive`` is set, or a private table has a file for every part of
/// the data; the search makes nothing else.
package struct NPYFiles: Equatable, Sendable {
  /// The folder that the files are in.
  package var folder: URL
  /// The archive that holds all four arrays; nil where each array has a file.
  package var archive: URL?
  /// The file of each part; empty where there is an ``archive``.
  private let files: [DatasetPart: URL]

  /// The names that errors ask for, in the order of ``DatasetPart``. Other names are understood
  /// too.
  static let names = [
    "train-images.npy", "train-labels.npy", "test-images.npy", "test-labels.npy",
  ]

  /// What a search found.
  enum Search: Equatable {
    /// All four arrays.
    case complete(NPYFiles)
    /// The names of arrays that are missing; empty where there are no arrays at all, so that the
    /// folder may hold data of another form.
    case missing([String])
    /// The names of several archives, of which the user has to choose one.
    case several([String])
  }

  /// Looks for arrays in a folder, or takes the archive that is itself named.
  ///
  /// Files are recognised by their names (``DatasetPart/init(arrayNamed:)``), in any mixture of
  /// upper and lower case. Four `.npy` files go first, then four `.npz` archives of one array each.
  /// Where no name is recognised, a single archive of any name is taken for one with all four
  /// arrays.
  ///
  /// - Parameter place: The path of a folder or of a `.npz` file.
  /// - Returns: The files, or what has to be done about them. A folder that is not there or cannot
  ///   be read counts as one without arrays.
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
    // A folder with class folders of pictures may also hold an array, such as one of precomputed
    // features, that is no part of the data. So arrays of unknown names count only where there are
    // no folders beside them.
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

  /// Creates the place of arrays that a search has found.
  private init(folder: URL, archive: URL?, files: [DatasetPart: URL]) {
    (self.folder, self.archive, self.files) = (folder, archive, files)
  }

  /// Returns files by the part that their names speak of.
  ///
  /// Where several names speak of one part, those in ``names`` go first, then the first in the
  /// order given.
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

  /// Reads the arrays into a data set; its classes are those of the training labels, from 0 to the
  /// largest one.
  ///
  /// - Parameters:
  ///   - name: The name of the data set.
  ///   - note: The beginning of its note.
  ///   - layout: The order of the axes of the images; nil to recognise it by their shape.
  /// - Throws: ``FormatError`` of kind `missingInput` for a file that cannot be read, and of kind
  ///   `badData` where an array is damaged or the arrays do not fit each other.
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
  /// Recognises the part that an array's name speaks of: `train-images`, `x_train`, `test_labels`,
  /// `y_test` and similar names; nil for any other.
  ///
  /// Case and punctuation do not matter. A name has a word for the split (`train`, `test` or
  /// `t10k`) and one for the contents (`images`, `x`, `data`, `labels`, `y`, `targets` and the
  /// like), in either order. Another word may stand in front, as in `kmnist-train-imgs`, if the
  /// split comes before the contents and the contents are more than the letter `x` or `y`.
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
