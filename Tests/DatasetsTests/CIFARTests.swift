import Foundation
import Testing
import _TestSupport

@testable import Datasets
@testable import Formats

@Suite struct CIFARTests {
  /// Records whose red, green and blue values at a pixel are a function of the place.
  static func file(labels: [UInt8]) -> Data {
    Data(
      labels.flatMap { label -> [UInt8] in
        [label]
          + (0..<3072).map { UInt8(truncatingIfNeeded: $0 % 1024 + 50 * ($0 / 1024) + Int(label)) }
      })
  }

  private static func write(to folder: URL, except missing: String = "") throws {
    for (index, name) in (CIFARFiles.trainNames + [CIFARFiles.testName]).enumerated()
    where name != missing {
      try _TestSupport.write(file(labels: [UInt8(index), 9]), name, in: folder)
    }
  }

  @Test func turnsPlanesIntoPixels() throws {
    let file = try CIFARFile(data: Self.file(labels: [0, 7]), file: "f")
    #expect(file.labels == [0, 7])
    #expect(file.pixels.count == 2 * 3072)
    #expect(Array(file.pixels.prefix(6)) == [0, 50, 100, 1, 51, 101])
    let last = 3 * (1024 + 1023)
    #expect(
      Array(file.pixels[last..<(last + 3)])
        == [0, 50, 100].map { UInt8(truncatingIfNeeded: 1023 + $0 + 7) })
    for bytes in [Data(), Self.file(labels: [1]).dropLast(), Data(count: 3074)] {
      expectFailure(.badData, "not a number of records of 3073", file: "f") {
        _ = try CIFARFile(data: bytes, file: "f")
      }
    }
  }

  @Test(arguments: ["", "cifar-10-batches-bin", "cifar10", "cifar10/cifar-10-batches-bin"])
  func isFoundInAFolder(place: String) throws {
    try withFolder { folder in
      try Self.write(to: folder.appendingPathComponent(place))
      let dataset = try Dataset.load(.cifar10, folder: folder, environment: [:])
      #expect(dataset.train.labels == [0, 9, 1, 9, 2, 9, 3, 9, 4, 9])
      #expect(dataset.test.labels == [5, 9])
      #expect(dataset.test.form == [32, 32, 3])
      let environment = ["CROWNWORK_DATA": folder.path]
      #expect(try Dataset.load(.cifar10, environment: environment).train == dataset.train)
    }
  }

  @Test func saysWhatIsMissing() throws {
    try withFolder { folder in
      try Self.write(to: folder.appendingPathComponent("x"), except: "data_batch_3.bin")
      let incomplete = folder.appendingPathComponent("x")
      expectFailure(.missingInput, "lacks data_batch_3.bin;", file: incomplete.path) {
        _ = try Dataset.load(.cifar10, folder: incomplete, environment: [:])
      }
      expectFailure(.missingInput, "cifar-10-binary.tar.gz or what it", file: incomplete.path) {
        _ = try Dataset.load(.cifar10, folder: incomplete, environment: [:])
      }
      try _TestSupport.write(Self.file(labels: [10]), "data_batch_3.bin", in: incomplete)
      expectFailure(.badData, "is 10, but the 10 classes", file: incomplete.path) {
        _ = try Dataset.load(.cifar10, folder: incomplete, environment: [:])
      }
    }
  }

  /// The archive that `tar` makes of a folder.
  private static func archive(_ folder: URL, _ name: String, options: [String]) throws -> URL {
    let url = folder.appendingPathComponent(CIFARFiles.archiveName)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["tar"] + options + ["-czf", url.path, "-C", folder.path, name]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return url
  }

  @Test(arguments: [[], ["--format=ustar"], ["--format=pax"]])
  func isReadFromItsArchive(options: [String]) throws {
    try withFolder { folder in
      let place = folder.appendingPathComponent("cifar-10-batches-bin")
      try Self.write(to: place)
      try _TestSupport.write(Data("names".utf8), "batches.meta.txt", in: place)
      let unpacked = try Dataset.load(.cifar10, folder: folder, environment: [:])
      let url = try Self.archive(folder, place.lastPathComponent, options: options)
      try FileManager.default.removeItem(at: place)
      let packed = try Dataset.load(.cifar10, folder: folder, environment: [:])
      #expect(packed.train == unpacked.train && packed.test == unpacked.test)
      let data = try InputFile.read(url)
      for (bytes, text) in [
        (data.prefix(data.count / 2), "the packed data end too early"),
        (Gzip.compress(Data(count: 1024)), "lacks cifar-10-batches-bin/data_batch_1.bin"),
        (Gzip.compress(Data(count: 700)), "lacks cifar-10-batches-bin/data_batch_1.bin"),
        (Gzip.compress(Data(repeating: 7, count: 1024)), "no header of a tar archive"),
        (
          Gzip.compress(try Gzip.decompress(data, limit: 1 << 20, file: "a").prefix(8000)),
          "the archive ends too early"
        ),
      ] {
        try AtomicFile.write(bytes, to: url)
        expectFailure(.badData, text, file: url.path) {
          _ = try Dataset.load(.cifar10, folder: folder, environment: [:])
        }
      }
    }
  }

  @Test func isFetchedAsItsArchive() throws {
    try withFolder { folder in
      let place = folder.appendingPathComponent("cifar-10-batches-bin")
      try Self.write(to: place)
      let archive = try InputFile.read(
        Self.archive(folder, place.lastPathComponent, options: []))
      let cache = folder.appendingPathComponent("cache")
      let published = DatasetFetcherTests.published(CIFARFiles.archiveName, archive, .archive)
      let fetcher = DatasetFetcher(into: cache, mirror: folder, timeout: 5) { _ in [published] }
      let fetched = try fetcher.fetch(.cifar10).dataset(name: .cifar10, note: "")
      #expect(fetched.test.labels == [5, 9])
      #expect(try names(in: cache) == [CIFARFiles.archiveName])
      try AtomicFile.write(archive + Data([0]), to: folder.appendingPathComponent(published.name))
      try FileManager.default.removeItem(at: cache)
      expectFailure(.missingInput, "the SHA-256 is ", file: "cifar10: could not be fetched") {
        try fetcher.fetch(.cifar10)
      }
    }
  }
}
