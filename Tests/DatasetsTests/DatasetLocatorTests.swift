import Foundation
import Testing
import _TestSupport

@testable import Datasets
@testable import Formats
@testable import Tensors

@Suite struct DatasetLocatorTests {
  /// A place of its own for everything that the locator looks at.
  static func world(_ folder: URL, name: DatasetName = .mnist) -> (DatasetLocator, [URL]) {
    let (data, home) = (
      folder.appendingPathComponent("data"), folder.appendingPathComponent("home")
    )
    let system = folder.appendingPathComponent("system")
    let locator = DatasetLocator(
      environment: ["CROWNWORK_DATA": data.path, "HOME": home.path], systemFolder: system)
    let cache = locator.cacheFolder(for: name) ?? home
    return (
      locator,
      [
        data.appendingPathComponent(name.rawValue), data, cache,
        system.appendingPathComponent(name.rawValue),
      ]
    )
  }

  static func found(_ result: DatasetLocator.Result) -> String? {
    if case .found(let files) = result { files.folder.standardizedFileURL.path } else { nil }
  }

  @Test func looksInOrder() throws {
    try withFolder { folder in
      let (locator, places) = Self.world(folder)
      let searched = try locator.locate(.mnist)
      #expect(searched == .missing(searched: searched.places))
      #expect(searched.places.map(\.path) == places.map(\.path))
      for place in places.reversed() {
        try SmallDataset().write(to: place)
        #expect(try Self.found(locator.locate(.mnist)) == place.standardizedFileURL.path)
      }
      #expect(try Self.found(locator.locate(.fashionMNIST)) == places[1].standardizedFileURL.path)
    }
  }

  @Test func takesANamedFolderAndNoOther() throws {
    try withFolder { folder in
      let (locator, places) = Self.world(folder)
      for place in places { try SmallDataset().write(to: place) }
      let named = folder.appendingPathComponent("named")
      let inside = try SmallDataset().write(to: named.appendingPathComponent("mnist"))
      #expect(
        try Self.found(locator.locate(.mnist, folder: named)) == inside.standardizedFileURL.path)
      expectFailure(.missingInput, "lacks train-images-idx3-ubyte.gz, ", file: named.path) {
        _ = try locator.locate(.fashionMNIST, folder: named)
      }
      try SmallDataset().write(to: named)
      #expect(
        try Self.found(locator.locate(.mnist, folder: named)) == inside.standardizedFileURL.path)
      let path = try Self.found(locator.locate(.fashionMNIST, folder: named))
      #expect(path == named.standardizedFileURL.path)
      let own = try Dataset.load(.fashionMNIST, folder: named, locator: locator, fetcher: nil)
      #expect(own.note == "files in \(named.path)")
    }
  }

  /// MNIST's files have the names of Fashion-MNIST's.
  @Test func takesNoSetForAnother() throws {
    try withFolder { folder in
      let (locator, places) = Self.world(folder)
      let labels = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/mnist/t10k-labels-idx1-ubyte.gz")
      var mnist = SmallDataset()
      mnist.files[.testLabels] = try Gzip.decompress(
        Data(contentsOf: labels), limit: 10_008, file: "labels")
      try mnist.write(to: places[1])
      try SmallDataset().write(to: places[3])
      let fashion = try SmallDataset().write(
        to: folder.appendingPathComponent("system/fashion-mnist"))
      #expect(try Self.found(locator.locate(.mnist)) == places[1].standardizedFileURL.path)
      #expect(
        try Self.found(locator.locate(.fashionMNIST)) == fashion.standardizedFileURL.path)
      #expect(try Self.found(locator.locate(.images, folder: places[1])) != nil)
      expectFailure(.badData, "holds mnist, not fashion-mnist", file: places[1].path) {
        _ = try locator.locate(.fashionMNIST, folder: places[1])
      }
    }
  }

  @Test func passesOverIncompleteFolders() throws {
    try withFolder { folder in
      let (locator, places) = Self.world(folder)
      var small = SmallDataset()
      small.files[.trainLabels] = nil
      try small.write(to: places[0])
      try SmallDataset().write(to: places[3])
      #expect(try Self.found(locator.locate(.mnist)) == places[3].standardizedFileURL.path)
    }
  }

  @Test func heedsTheCacheFolderOfTheSystem() {
    let home = ["HOME": "/home/a", "XDG_CACHE_HOME": "/cache"]
    let path = DatasetLocator(environment: home).cacheFolder(for: .fashionMNIST)?.path
    #if canImport(Darwin)
      #expect(path == "/home/a/Library/Caches/crownwork/fashion-mnist")
    #else
      #expect(path == "/cache/crownwork/fashion-mnist")
      let relative = DatasetLocator(environment: ["HOME": "/home/a", "XDG_CACHE_HOME": "cache"])
      #expect(relative.cacheFolder(for: .mnist)?.path == "/home/a/.cache/crownwork/mnist")
    #endif
    #expect(DatasetLocator(environment: ["HOME": ""]).cacheFolder(for: .mnist) == nil)
  }
}

extension DatasetLocator.Result {
  var places: [URL] { if case .missing(let searched) = self { searched } else { [] } }
}
