import Foundation

/// Where the four files of a data set are.
public struct DatasetFiles: Equatable, Sendable {
  public var folder: URL
  public var trainImages: URL
  public var trainLabels: URL
  public var testImages: URL
  public var testLabels: URL

  /// All four files of a folder, or the parts of which none is there.
  enum Search {
    case complete(DatasetFiles)
    case missing([DatasetPart])
  }

  /// Looks for the files in one folder.
  static func search(_ folder: URL) -> Search {
    let urls = DatasetPart.allCases.map { part in (part, url(of: part, in: folder)) }
    let found = urls.compactMap(\.1)
    guard found.count == 4 else { return .missing(urls.filter { $0.1 == nil }.map(\.0)) }
    return .complete(
      DatasetFiles(
        folder: folder, trainImages: found[0], trainLabels: found[1], testImages: found[2],
        testLabels: found[3]))
  }

  private static func url(of part: DatasetPart, in folder: URL) -> URL? {
    part.names.lazy.map { folder.appendingPathComponent($0) }.first { url in
      FileKind(path: url.path).map { $0 != .directory } ?? false
    }
  }
}
