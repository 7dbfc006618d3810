import Formats
import Foundation

/// Fetches data sets from where they are published, and keeps nothing that is not exactly what is
/// published.
///
/// The SHA-256 of every file is part of this library. A download is compared with it before it is
/// installed, so that neither a damaged transfer nor a changed server nor an unencrypted connection
/// can bring in other data. ``Dataset/load(_:folder:environment:fetch:mirror:images:report:)``
/// makes a fetcher for the set's folder in the cache (``DatasetLocator/cacheFolder(for:)``).
package struct DatasetFetcher: Sendable {
  /// The address to download from in place of the set's own ones.
  private let mirror: URL?
  /// The folder that files are installed into.
  private let folder: URL
  /// What transfers a file into memory.
  private let download: Download
  /// The files of a set; tests put small ones in their place.
  private let published: @Sendable (DatasetName) -> [PublishedFile]

  /// Creates a fetcher.
  ///
  /// - Parameters:
  ///   - folder: The folder to install into; it is made when the first file has arrived.
  ///   - mirror: An address (`http`, `https` or `file`) below which the files are, by their
  ///     published names; nil for the set's own ``DatasetName/addresses``.
  ///   - timeout: The longest silence of a server, in seconds; a whole file may take 120 times as
  ///     long.
  package init(into folder: URL, mirror: URL? = nil, timeout: TimeInterval = 30) {
    self.init(into: folder, mirror: mirror, timeout: timeout) { $0.published }
  }

  /// Creates a fetcher for other files than the published ones.
  init(
    into folder: URL, mirror: URL?, timeout: TimeInterval,
    published: @escaping @Sendable (DatasetName) -> [PublishedFile]
  ) {
    self.folder = folder
    self.mirror = mirror
    download = Download(timeout: timeout)
    self.published = published
  }

  /// Fetches the files of a set that are not in the folder yet, and verifies all of them.
  ///
  /// A file that is there already is kept if its SHA-256 is right, and replaced otherwise. Each
  /// file is installed atomically, so that an interrupted call leaves whole files only and the next
  /// call goes on behind them.
  ///
  /// - Parameters:
  ///   - name: The set; one with ``DatasetName/addresses``.
  ///   - report: A function that is called before each download with its address.
  /// - Returns: The files.
  /// - Throws: ``FormatError`` of kind `missingInput` for a set that is not published, and where no
  ///   address gave the right file, with the reason for each address; of kind `cannotWrite` where a
  ///   file could not be kept.
  @discardableResult
  package func fetch(
    _ name: DatasetName, report: (URL) -> Void = { _ in }
  ) throws -> DatasetSource {
    let files = published(name)
    guard !files.isEmpty else {
      throw FormatError(
        .missingInput, "is not published anywhere that it could be fetched from",
        file: name.rawValue, remedy: "it is \(name.note)")
    }
    for file in files {
      let target = folder.appendingPathComponent(file.name)
      // A file of the right name with other contents is not trusted: it may be what an older
      // program or another hand left. It is replaced below.
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

  /// Downloads one file into memory, from the first address that gives the right one.
  ///
  /// - Throws: ``FormatError`` of kind `missingInput` where none does.
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

  /// Makes the folder with those that it is in, where they are not there.
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
