import Foundation
import Testing
import _TestSupport

@testable import Datasets
@testable import Formats

@Suite struct DatasetFetcherTests {
  /// A fetcher for which the small data set is what MNIST should be.
  static func fetcher(
    into folder: URL, from mirror: URL, timeout: TimeInterval = 10
  ) -> DatasetFetcher {
    let files = SmallDataset().files
    return DatasetFetcher(into: folder, mirror: mirror, timeout: timeout) { _ in
      DatasetPart.allCases.map { published($0.publishedName, files[$0]!) }
    }
  }

  static func published(
    _ name: String, _ data: Data, _ form: PublishedFile.Form? = nil
  ) -> PublishedFile {
    PublishedFile(
      name: name, sha256: SHA256Sum.hexadecimal(of: data),
      form: form ?? .contents(size: data.count))
  }

  @Test func installsWhatIsRight() throws {
    try withFolder { folder in
      let mirror = try SmallDataset().write(to: folder.appendingPathComponent("mirror"))
      let cache = folder.appendingPathComponent("a/cache")
      var asked: [URL] = []
      let source = try Self.fetcher(into: cache, from: mirror).fetch(.mnist) { asked.append($0) }
      #expect(asked.map(\.lastPathComponent) == DatasetPart.allCases.map(\.publishedName))
      #expect(try names(in: cache) == DatasetPart.allCases.map(\.publishedName).sorted())
      #expect(try source.dataset(name: .mnist, note: "").train.labels == [0, 9, 4])
    }
  }

  @Test func fetchesOnlyWhatIsNotThereYet() throws {
    try withFolder { folder in
      let mirror = try SmallDataset().write(to: folder.appendingPathComponent("mirror"))
      let cache = try SmallDataset().write(to: folder.appendingPathComponent("cache"))
      let damaged = cache.appendingPathComponent(DatasetPart.testLabels.publishedName)
      try AtomicFile.write(Data("damaged".utf8), to: damaged)
      var asked: [URL] = []
      try Self.fetcher(into: cache, from: mirror).fetch(.mnist) { asked.append($0) }
      #expect(asked.map(\.lastPathComponent) == [DatasetPart.testLabels.publishedName])
      #expect(try Dataset(contentsOf: cache).test.labels == [1, 2])
    }
  }

  @Test func installsNothingThatIsWrong() throws {
    for (text, wrong) in [
      ("the SHA-256 is ", IDXFile(shape: [3, 2, 2], bytes: Array(1..<13)).encoded()),
      ("unpacks to more than the 28 bytes", Data(count: 10_000)),
    ] {
      try withFolder { folder in
        var small = SmallDataset()
        small.files[.trainImages] = wrong
        let mirror = try small.write(to: folder.appendingPathComponent("mirror"))
        let cache = folder.appendingPathComponent("cache")
        expectFailure(.missingInput, text, file: "mnist: could not be fetched (file:///") {
          try Self.fetcher(into: cache, from: mirror).fetch(.mnist)
        }
        #expect(!FileManager.default.fileExists(atPath: cache.path))
      }
    }
  }

  @Test func saysInOneLineAllThatWasTried() throws {
    try withFolder { folder in
      let (locator, places) = DatasetLocatorTests.world(folder, name: .fashionMNIST)
      let mirror = folder.appendingPathComponent("mirror")
      let texts =
        places.map(\.path) + [
          "could not be fetched (\(mirror.absoluteString)", "no such file", "`data`",
          "$CROWNWORK_DATA", "Debian's package dataset-fashion-mnist",
        ]
      for text in texts {
        expectFailure(.missingInput, text, file: "fashion-mnist: not found in ") {
          _ = try Dataset.load(.fashionMNIST, folder: nil, locator: locator) {
            Self.fetcher(into: $0, from: mirror)
          }
        }
      }
      expectFailure(.missingInput, "; give its folder by `data`", file: "mnist: not found in ") {
        _ = try Dataset.load(.mnist, folder: nil, locator: locator, fetcher: nil)
      }
    }
  }

  @Test func loadsFromTheCacheAfterTheFirstTime() throws {
    try withFolder { folder in
      let (locator, places) = DatasetLocatorTests.world(folder)
      let mirror = try SmallDataset().write(to: folder.appendingPathComponent("mirror"))
      let first = try Dataset.load(.mnist, folder: nil, locator: locator) {
        Self.fetcher(into: $0, from: mirror)
      }
      #expect(try names(in: places[2]).count == 4)
      #expect(try Dataset.load(.mnist, folder: nil, locator: locator, fetcher: nil) == first)
    }
  }

  @Test func reportsAFolderThatCannotBeMade() throws {
    try withFolder { folder in
      let mirror = try SmallDataset().write(to: folder.appendingPathComponent("mirror"))
      let file = folder.appendingPathComponent("file")
      try AtomicFile.write(Data(), to: file)
      let cache = file.appendingPathComponent("cache")
      expectFailure(.cannotWrite, "the folder cannot be made", file: cache.path) {
        try Self.fetcher(into: cache, from: mirror).fetch(.mnist)
      }
    }
  }

  @Test func setsThatAreNotPublishedAreNotFetched() throws {
    try withFolder { folder in
      for name in [DatasetName.digits, .images] {
        expectFailure(.missingInput, "is not published anywhere", file: name.rawValue) {
          try DatasetFetcher(into: folder).fetch(name)
        }
      }
    }
  }
}

@Suite struct DownloadTests {
  @Test func fetchesOverHTTP() throws {
    var contents: [String: Data] = [:]
    for (part, data) in SmallDataset().files {
      contents["sets/\(part.publishedName)"] = Gzip.compress(data)
    }
    let server = try LoopbackServer(contents)
    defer { server.stop() }
    try withFolder { folder in
      for path in ["sets", "sets/"] {
        let cache = folder.appendingPathComponent("cache-\(path.count)")
        let source = try DatasetFetcherTests.fetcher(into: cache, from: server.url(path))
          .fetch(.mnist)
        #expect(try source.dataset(name: .mnist, note: "").test.labels == [1, 2])
      }
      let cache = folder.appendingPathComponent("none")
      expectFailure(.missingInput, "HTTP status 404", file: "mnist: could not be fetched (http") {
        try DatasetFetcherTests.fetcher(into: cache, from: server.url("other")).fetch(.mnist)
      }
    }
  }

  @Test func givesUpOnSilence() throws {
    let server = try LoopbackServer([:])
    defer { server.stop() }
    #expect(throws: Download.Failure.self) {
      try Download(timeout: 0.5).contents(of: server.url("silent/file"))
    }
    expectText("timed out") { try Download(timeout: 0.5).contents(of: server.url("silent/a")) }
  }

  @Test func reportsWhatCannotBeReached() throws {
    let server = try LoopbackServer([:])
    let gone = server.url("file")
    server.stop()
    expectText("no connection to the host") { try Download(timeout: 5).contents(of: gone) }
    let other = try #require(URL(string: "ftp://127.0.0.1/file"))
    expectText("not a file, http or https") { try Download(timeout: 5).contents(of: other) }
  }

  private func expectText(_ text: String, _ body: () throws -> Data) {
    do {
      _ = try body()
      Issue.record("no failure, expected: \(text)")
    } catch let failure as Download.Failure {
      #expect(failure.text.contains(text))
    } catch {
      Issue.record("an error of another type: \(error)")
    }
  }
}
