import Formats
import Foundation

/// A file of a data set as it is published, and what it must be.
struct PublishedFile: Sendable {
  /// What the SHA-256 is of.
  enum Form: Sendable {
    /// Of the contents, so many bytes, gzipped or not.
    case contents(size: Int)
    /// Of the file as it is.
    case archive
  }

  let name: String
  let sha256: String
  let form: Form

  /// Why data are not this file, nil where they are.
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

  /// Whether there is such a file and it is this one.
  func matches(_ url: URL) -> Bool {
    (try? InputFile.read(url)).map { problem(in: $0) == nil } ?? false
  }

  /// What of data the SHA-256 is of.
  private func hashed(_ data: Data) throws -> Data {
    guard case .contents(let size) = form, Gzip.isGzip(data) else { return data }
    return try Gzip.decompress(data, limit: size, file: name)
  }
}

extension DatasetName {
  /// The files that are fetched; none for a set that is part of this library or one's own.
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
  /// Bytes of the unpacked file of MNIST and Fashion-MNIST.
  private var unpackedSize: Int {
    switch self {
    case .trainImages: 47_040_016
    case .trainLabels: 60_008
    case .testImages: 7_840_016
    case .testLabels: 10_008
    }
  }

  fileprivate static func published(_ sums: [DatasetPart: String]) -> [PublishedFile] {
    allCases.map {
      PublishedFile(
        name: $0.publishedName, sha256: sums[$0]!, form: .contents(size: $0.unpackedSize))
    }
  }
}

extension DatasetSource {
  /// Whether the files are exactly those that are published under a name; nil for what is published
  /// in another form, or not at all.
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

  /// The set that IDX files are of where that is not the one they are taken for, by their test
  /// labels: MNIST and Fashion-MNIST have the same files' names.
  func other(than name: DatasetName) -> DatasetName? {
    guard case .idx(let files) = self, name != .images else { return nil }
    return [DatasetName.mnist, .fashionMNIST].first {
      $0 != name && $0.published.last!.matches(files.testLabels)
    }
  }
}
