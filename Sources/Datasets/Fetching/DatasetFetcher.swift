import Formats
import Foundation

/// Fetches data sets from where they are published, and keeps nothing that is not exactly them.
package struct DatasetFetcher: Sendable {
  private let mirror: URL?
  private let folder: URL
  private let download: Download
  private let published: @Sendable (DatasetName) -> [PublishedFile]

  /// Creates a fetcher that installs into `folder`.
  ///
  /// The files are taken from `mirror` (`http`, `https` or `file`), by default from the set's own
  /// ``DatasetName/addresses``. `timeout` is the longest silence, in seconds.
  package init(into folder: URL, mirror: URL? = nil, timeout: TimeInterval = 30) {
    self.init(into: folder, mirror: mirror, timeout: timeout) { $0.published }
  }

  init(
    into folder: URL, mirror: URL?, timeout: TimeInterval,
    published: @escaping @Sendable (DatasetName) -> [PublishedFile]
  ) {
    self.folder = folder
    self.mirror = mirror
    download = Download(timeout: timeout)
    self.published = published
  }

  /// Fetches the files that are not there yet, and verifies every one, those already there too.
  ///
  /// A file is installed only after it has the SHA-256 known for it. `report` is called before each
  /// download with its address. Throws ``FormatError``: `missingInput` where no address gave a
  /// right file, `cannotWrite` where it could not be kept.
  @discardableResult
  package func fetch(
    _ name: DatasetName, report: (URL) -> Void = { _ in }
  ) throws -> DatasetSource {
    for file in published(name) {
      let target = folder.appendingPathComponent(file.name)
      if file.matches(target) { continue }
      let data = try fetch(file, of: name, report: report)
      try Self.makeFolder(folder)
      try AtomicFile.write(data, to: target)
    }
    guard let source = DatasetSource.search(folder, for: name) else {
      throw FormatError(.cannotWrite, "the files fetched have vanished", file: folder.path)
    }
    return source
  }

  private func fetch(
    _ file: PublishedFile, of name: DatasetName, report: (URL) -> Void
  ) throws -> Data {
    let bases = mirror.map { [$0] } ?? name.addresses.compactMap { URL(string: $0) }
    var failures: [String] = []
    for base in bases {
      let url = base.appendingPathComponent(file.name)
      report(url)
      do {
        let data = try download.contents(of: url)
        guard let problem = file.problem(in: data) else { return data }
        failures.append("\(url.absoluteString): \(problem)")
      } catch let failure as Download.Failure {
        failures.append("\(url.absoluteString): \(failure.text)")
      }
    }
    throw FormatError(
      .missingInput, "could not be fetched (\(failures.joined(separator: "; ")))",
      file: name.rawValue)
  }

  private static func makeFolder(_ folder: URL) throws {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw FormatError(
        .cannotWrite, "the folder cannot be made", file: folder.path,
        remedy: "set XDG_CACHE_HOME to a folder that can be written to")
    }
  }
}
