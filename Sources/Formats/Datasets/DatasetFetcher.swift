import Crypto
import Foundation

/// Fetches data sets from where they are published, and keeps nothing that is not exactly them.
public struct DatasetFetcher: Sendable {
  /// What an unpacked file must be: its size in bytes and its SHA-256.
  typealias Digest = (size: Int, sha256: String)

  private let mirror: URL?
  private let folder: URL
  private let download: Download
  private let digest: @Sendable (DatasetName, DatasetPart) -> Digest?

  /// Creates a fetcher that installs into `folder`.
  ///
  /// The files are taken from `mirror` (`http`, `https` or `file`), by default from the set's own
  /// ``DatasetName/addresses``. `timeout` is the longest silence, in seconds.
  public init(into folder: URL, mirror: URL? = nil, timeout: TimeInterval = 30) {
    self.init(into: folder, mirror: mirror, timeout: timeout) { $0.digest(of: $1) }
  }

  init(
    into folder: URL, mirror: URL?, timeout: TimeInterval,
    digest: @escaping @Sendable (DatasetName, DatasetPart) -> Digest?
  ) {
    self.folder = folder
    self.mirror = mirror
    download = Download(timeout: timeout)
    self.digest = digest
  }

  /// Fetches the files that are not there yet, and verifies every one, those already there too.
  ///
  /// A file is installed only after its unpacked contents have the SHA-256 known for it. `report`
  /// is called before each download with its address. Throws ``FormatError``: `missingInput` where
  /// no address gave a right file, `cannotWrite` where it could not be kept.
  @discardableResult
  public func fetch(
    _ name: DatasetName, report: (URL) -> Void = { _ in }
  ) throws -> DatasetFiles {
    for part in DatasetPart.allCases {
      let target = folder.appendingPathComponent(part.publishedName)
      if (try? InputFile.read(target)).map({ problem(in: $0, name, part) == nil }) ?? false {
        continue
      }
      let data = try fetch(name, part, report: report)
      try Self.makeFolder(folder)
      try AtomicFile.write(data, to: target)
    }
    guard case .complete(let files) = DatasetFiles.search(folder) else {
      throw FormatError(.cannotWrite, "the files fetched have vanished", file: folder.path)
    }
    return files
  }

  /// Whether files, unpacked, are exactly those that are published; false where one cannot be read.
  public static func matchesPublished(_ files: DatasetFiles, _ name: DatasetName) -> Bool {
    let fetcher = DatasetFetcher(into: files.folder)
    let urls = [files.trainImages, files.trainLabels, files.testImages, files.testLabels]
    return zip(DatasetPart.allCases, urls).allSatisfy { part, url in
      (try? InputFile.read(url)).map { fetcher.problem(in: $0, name, part) == nil } ?? false
    }
  }

  private func fetch(
    _ name: DatasetName, _ part: DatasetPart, report: (URL) -> Void
  ) throws -> Data {
    let bases = mirror.map { [$0] } ?? name.addresses.compactMap { URL(string: $0) }
    var failures: [String] = []
    for base in bases {
      let url = base.appendingPathComponent(part.publishedName)
      report(url)
      do {
        let data = try download.contents(of: url)
        guard let problem = problem(in: data, name, part) else { return data }
        failures.append("\(url.absoluteString): \(problem)")
      } catch let failure as Download.Failure {
        failures.append("\(url.absoluteString): \(failure.text)")
      }
    }
    throw FormatError(
      .missingInput, "could not be fetched (\(failures.joined(separator: "; ")))",
      file: name.rawValue)
  }

  /// Why data are not the file that they should be, nil where they are.
  private func problem(in data: Data, _ name: DatasetName, _ part: DatasetPart) -> String? {
    guard let digest = digest(name, part) else { return "no checksum is known for it" }
    do {
      let plain =
        Gzip.isGzip(data)
        ? try Gzip.decompress(data, limit: digest.size, file: part.publishedName) : data
      let hash = SHA256.hash(data: plain).map { Self.hexadecimal($0) }.joined()
      return hash == digest.sha256 ? nil : "the SHA-256 is \(hash), not \(digest.sha256)"
    } catch let error as FormatError {
      return error.problem
    } catch {
      return "\(error)"
    }
  }

  private static func hexadecimal(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
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
