import Foundation
import Testing
import _TestSupport

@testable import Datasets
@testable import Formats

@Suite struct ArchiveTests {
  private static func load(_ place: URL, layout: ImageLayout? = .channelsLast) throws -> Dataset {
    try Dataset.load(
      .images, folder: place, environment: [:], images: ImageSettings(layout: layout))
  }

  @Test(arguments: [false, true])
  func readsArchivesOfArrays(deflated: Bool) throws {
    try withFolder { folder in
      let file = folder.appendingPathComponent("set.npz")
      try Zip.file(NPY.dataset, deflated: deflated).write(to: file)
      for place in [folder, file] {
        let dataset = try Self.load(place)
        #expect(dataset.train.pixels == Array(0..<12) && dataset.train.labels == [4, 0])
        #expect(dataset.test.labels == [3] && dataset.test.form == [1, 2, 3])
      }
      try Zip.file(NPY.dataset).write(to: folder.appendingPathComponent("other.npz"))
      expectFailure(.missingInput, "holds several sets: other.npz, set.npz", file: folder.path) {
        _ = try Self.load(folder)
      }
    }
  }

  @Test(arguments: [
    ["train_images", "train_labels", "test_images", "test_labels"],
    ["X_train", "Y_train", "X_test", "Y_test"], ["trainX", "trainY", "testX", "testY"],
    ["train-images", "train-labels", "test-images", "test-labels"],
  ])
  func knowsTheNamesOfArrays(names: [String]) throws {
    let arrays = zip(names, NPY.dataset).map { ("\($0).npy", $1.1) }
    let others = ["val_images", "val_labels"].map { ("\($0).npy", NPY.dataset[0].1) }
    try withFolder { folder in
      try Zip.file(arrays + others).write(to: folder.appendingPathComponent("m.npz"))
      let dataset = try Self.load(folder)
      #expect(dataset.train.labels == [4, 0])
      #expect(dataset.note.contains("not read: val_images, val_labels"))
    }
  }

  @Test func readsFourArchivesOfOneArray() throws {
    try withFolder { folder in
      for (name, array) in zip(
        ["train-imgs", "train-labels", "test-imgs", "test-labels"],
        NPY.dataset)
      {
        try Zip.file([("arr_0.npy", array.1)], deflated: true)
          .write(to: folder.appendingPathComponent("kmnist-\(name).npz"))
      }
      #expect(try Self.load(folder).train.labels == [4, 0])
    }
  }

  @Test func refusesOtherArchives() throws {
    func expect(_ text: String, _ data: Data) {
      expectFailure(.badData, text, file: "f") {
        _ = try NPZFile(data: data, file: "f").dataset(name: "d", note: "", layout: .channelsLast)
      }
    }
    let good = Zip.file(NPY.dataset, deflated: true)
    expect("has no test labels among its arrays (x_train, y", Zip.file(NPY.dataset.dropLast()))
    expect("both taken for test labels", Zip.file(NPY.dataset + [("test_labels.npy", Data())]))
    expect("not a zip archive that can be read", good.dropLast(30))
    expect("not a zip archive", Data("PK".utf8))
    var damaged = good
    damaged[60] ^= 0x55
    expect("x_train.npy", damaged)
    expect("has 999 bytes, where at most", Zip.file(NPY.dataset, deflated: true, size: 999))
    expect("is damaged (its checksum is another)", Zip.file(NPY.dataset, deflated: true, size: 135))
  }

  /// A hundred megabytes of zeros in a hundred kilobytes are unpacked no further than they claim.
  @Test func boundsWhatIsUnpacked() throws {
    let zeros = [("x.npy", Data(count: 100 << 20))]
    let bomb = Zip.file(zeros, deflated: true, size: 1000)
    let archive = try ZipArchive(bomb, file: "f")
    let entry = archive.entries[0]
    expectFailure(.badData, "is damaged", file: "f/x.npy") {
      _ = try archive.contents(of: entry, limit: 1000)
    }
    #expect(try archive.beginning(of: entry, count: 70).count == 70)
    let honest = try ZipArchive(Zip.file(zeros, deflated: true), file: "f")
    expectFailure(.badData, "has 104857600 bytes, where at most 1000", file: "f/x.npy") {
      _ = try honest.contents(of: honest.entries[0], limit: 1000)
    }
  }
}

@Suite struct IDXFolderTests {
  private static func prefixed(_ prefix: String) -> (DatasetPart) -> String {
    { prefix + "-" + $0.publishedName.replacingOccurrences(of: "t10k", with: "test") }
  }

  @Test func findsFilesWithOtherNames() throws {
    try withFolder { folder in
      try SmallDataset().write(to: folder, name: Self.prefixed("emnist-letters"))
      let dataset = try Dataset.load(.images, folder: folder, environment: [:])
      #expect(dataset.train.labels == [0, 9, 4])
      #expect(dataset.note.contains("EMNIST's rows and columns are swapped"))
      #expect(dataset.warnings.contains { $0.hasPrefix("classes 1, 2, 3, 5, 6, 7, 8 have no tra") })
      try SmallDataset().write(to: folder, name: Self.prefixed("emnist-digits"))
      let text = "holds several sets: emnist-digits, emnist-letters; name one of them: `data` "
      expectFailure(.missingInput, text, file: folder.path) {
        _ = try Dataset.load(.images, folder: folder, environment: [:])
      }
      let one = folder.appendingPathComponent("emnist-digits")
      #expect(try Dataset.load(.images, folder: one, environment: [:]).test.labels == [1, 2])
      #expect(try Dataset.load(.mnist, folder: one, environment: [:]).test.labels == [1, 2])
    }
  }

  @Test func saysWhichNamesAreLookedFor() throws {
    try withFolder { folder in
      for name in ["a.idx3-ubyte", "b.idx1-ubyte"] {
        try Data([1]).write(to: folder.appendingPathComponent(name))
      }
      expectFailure(.missingInput, "lacks train-images-idx3-ubyte.gz, train-", file: folder.path) {
        _ = try Dataset.load(.images, folder: folder, environment: [:])
      }
      try Data([1]).write(to: folder.appendingPathComponent("features.npy"))
      expectFailure(.missingInput, "lacks train-images.npy, train-labels.npy", file: folder.path) {
        _ = try Dataset.load(.images, folder: folder, environment: [:])
      }
    }
  }

  @Test func warnsOfLabelsFromOne() throws {
    try withFolder { folder in
      var small = SmallDataset()
      small.files[.trainLabels] = IDXFile(shape: [3], bytes: [1, 2, 2]).encoded()
      try small.write(to: folder)
      let dataset = try Dataset.load(.images, folder: folder, environment: [:])
      #expect(dataset.warnings.contains { $0.contains("class 0 has no training image; labels be") })
    }
  }
}
