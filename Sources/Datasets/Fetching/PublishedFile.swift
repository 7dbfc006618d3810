import Formats
import Foundation

/// A file of a data set as it is published, with the SHA-256 by which it is recognised.
struct PublishedFile: Sendable {
  /// The bytes that the SHA-256 is computed from.
  enum Form: Sendable {
    /// The unpacked contents, which have `size` bytes; the file may be gzipped or plain. Mirrors
    /// compress the same contents differently, and packages unpack them.
    case contents(size: Int)
    /// The bytes of the file itself.
    case archive
  }

  /// The name of the file below an address and in the cache.
  let name: String
  /// The SHA-256 in hexadecimal.
  let sha256: String
  /// The bytes that the SHA-256 is computed from.
  let form: Form

  /// Explains why data are not this file; nil where they are.
  func problem(in data: Data) -> String? {
    do {
      let hash = SHA256Sum.hexadecimal(of: try hashed(data))
      return hash == sha256 ? nil : "the SHA-256 is \(hash), not \(sha256)"
    } catch let error as FormatError {
      return error.problem
    } catch {
      return "\(error)"
    }
  }

  /// Returns whether there is a file at a place and it is this one. A file that cannot be read does
  /// not match.
  func matches(_ url: URL) -> Bool {
    (try? InputFile.read(url)).map { problem(in: $0) == nil } ?? false
  }

  /// Returns the part of data that the SHA-256 is computed from.
  ///
  /// Contents are unpacked no further than their known size, so that a small file that unpacks to
  /// an enormous one is refused early.
  ///
  /// - Throws: ``FormatError`` of kind `badData` for gzip that is damaged or holds more than it
  ///   should.
  private func hashed(_ data: Data) throws -> Data {
    guard case .contents(let size) = form, Gzip.isGzip(data) else { return data }
    return try Gzip.decompress(data, limit: size, file: name)
  }
}

extension DatasetName {
  /// The files that are fetched, in the order of ``DatasetPart`` for IDX; empty for a set that is
  /// part of this library or the user's own.
  var published: [PublishedFile] {
    switch self {
    case .digits, .images: []
    case .mnist:
      DatasetPart.published([
        .trainImages: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        .trainLabels: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        .testImages: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        .testLabels: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
      ])
    case .fashionMNIST:
      DatasetPart.published([
        .trainImages: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        .trainLabels: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        .testImages: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        .testLabels: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
      ])
    case .cifar10:
      [
        PublishedFile(
          name: CIFARFiles.archiveName,
          sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
          form: .archive)
      ]
    }
  }
}

extension DatasetPart {
  /// The number of bytes of the unpacked file, the same for MNIST and Fashion-MNIST: a header of 16
  /// or 8 bytes, then 784 bytes for each image or one for each label.
  private var unpackedSize: Int {
    switch self {
    case .trainImages: 47_040_016
    case .trainLabels: 60_008
    case .testImages: 7_840_016
    case .testLabels: 10_008
    }
  }

  /// Returns the four files of a set in MNIST's form, from their SHA-256 sums.
  fileprivate static func published(_ sums: [DatasetPart: String]) -> [PublishedFile] {
    allCases.map {
      PublishedFile(
        name: $0.publishedName, sha256: sums[$0]!, form: .contents(size: $0.unpackedSize))
    }
  }
}

extension DatasetSource {
  /// Returns whether the files are exactly those that are published under a name.
  ///
  /// All files are read and hashed, which takes a moment. `crownwork data` shows the result.
  ///
  /// - Parameter name: The set that the files are supposed to be.
  /// - Returns: nil where there is no sum to compare with: the set is published in another form or
  ///   not at all, or CIFAR-10's archive has been unpacked.
  package func isPublished(as name: DatasetName) -> Bool? {
    let urls: [URL]
    switch self {
    case .idx(let files):
      urls = [files.trainImages, files.trainLabels, files.testImages, files.testLabels]
    case .cifar(let files): urls = [files.archive].compactMap { $0 }
    case .arrays, .pictures: urls = []
    }
    let published = name.published
    guard !urls.isEmpty, urls.count == published.count else { return nil }
    return zip(published, urls).allSatisfy { $0.matches($1) }
  }

  /// Returns the set that IDX files really are of, where that is known and is not the one they are
  /// taken for.
  ///
  /// MNIST and Fashion-MNIST have the same file names and the same sizes. Training on the wrong one
  /// would go unnoticed, so their test labels, the smallest file, are compared with the published
  /// sums.
  ///
  /// - Parameter name: The set that the files are taken for; ``DatasetName/images`` may be
  ///   anything.
  /// - Returns: nil where nothing is known against the files.
  func other(than name: DatasetName) -> DatasetName? {
    guard case .idx(let files) = self, name != .images else { return nil }
    return [DatasetName.mnist, .fashionMNIST].first {
      $0 != name && $0.published.last!.matches(files.testLabels)
    }
  }
}
