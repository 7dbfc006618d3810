import Foundation
import Testing
import _TestSupport

@testable import Datasets
@testable import Formats

@Suite struct ImageFolderTests {
  /// A grey picture of 2×2 equal pixels.
  private static func flat(_ level: UInt8, side: Int = 2, channels: Int = 1) -> Data {
    PNG.file(
      RasterImage(
        height: side, width: side, channels: channels,
        pixels: Array(repeating: level, count: side * side * channels)))
  }

  private static func load(
    _ folder: URL, _ settings: ImageSettings = ImageSettings()
  ) throws -> Dataset {
    try Dataset.load(.images, folder: folder, environment: [:], fetch: false, images: settings)
  }

  private static func write(_ files: [(String, UInt8)], in folder: URL) throws {
    for (path, level) in files { try _TestSupport.write(flat(level), path, in: folder) }
  }

  @Test(arguments: ["test", "val"])
  func readsTrainAndTest(test: String) throws {
    try withFolder { folder in
      try Self.write(
        [
          ("train/b/1.png", 10), ("train/a/2.png", 20), ("train/a/1.dat", 30),
          ("\(test)/b/1.png", 40), ("train/a/.hidden", 0),
        ], in: folder)
      try _TestSupport.write(Data("x".utf8), ".DS_Store", in: folder)
      let dataset = try Self.load(folder)
      #expect(dataset.train.labels == [0, 0, 1])
      #expect(dataset.train.pixels == [30, 20, 10].flatMap { [UInt8](repeating: $0, count: 4) })
      #expect(dataset.test.labels == [1])
      #expect(dataset.test.pixels == [40, 40, 40, 40])
      #expect(dataset.train.classes == 2 && dataset.test.classes == 2)
      #expect(dataset.train.form == [2, 2, 1])
    }
  }

  @Test func readsTinyImageNet() throws {
    try withFolder { folder in
      try Self.write(
        [
          ("train/n1/images/n1_0.JPEG", 1), ("train/n2/images/n2_0.JPEG", 2),
          ("val/images/val_0.JPEG", 3), ("val/images/val_1.JPEG", 4), ("test/images/t.JPEG", 5),
        ], in: folder)
      for (path, text) in [
        ("train/n1/n1_boxes.txt", "boxes"), ("wnids.txt", "n2\nn1\n"),
        ("val/val_annotations.txt", "val_1.JPEG\tn1\t0\t0\t1\t1\nval_0.JPEG\tn2\t0\t0\t1\t1\n"),
      ] { try _TestSupport.write(Data(text.utf8), path, in: folder) }
      let dataset = try Self.load(folder)
      #expect(dataset.train.labels == [0, 1])
      #expect(dataset.train.pixels.map { $0 } == [2, 2, 2, 2, 1, 1, 1, 1])
      #expect(dataset.test.labels == [1, 0])
      #expect(dataset.test.pixels == [4, 4, 4, 4, 3, 3, 3, 3])
      let wnids = folder.appendingPathComponent("wnids.txt")
      try _TestSupport.write(Data("n2\nn3\n".utf8), "wnids.txt", in: folder)
      expectFailure(.badData, "are not the 2 folders of train", file: wnids.path) {
        _ = try Self.load(folder)
      }
      try FileManager.default.removeItem(at: wnids)
      #expect(try Self.load(folder).train.pixels.first == 1)
      let annotations = folder.appendingPathComponent("val/val_annotations.txt")
      try _TestSupport.write(
        Data("val_0.JPEG\tn9\n".utf8), "val/val_annotations.txt", in: folder)
      expectFailure(.badData, "line 1: no picture's name", file: annotations.path) {
        _ = try Self.load(folder)
      }
    }
  }

  /// As many classes as a byte can number.
  @Test func readsTinyImageNetOf256Classes() throws {
    try withFolder { folder in
      let names = (0..<256).map { "n\(1000 + $0)" }
      try Self.write(
        names.map { ("train/\($0)/images/\($0)_0.JPEG", 1) } + [("val/images/val_0.JPEG", 2)],
        in: folder)
      try _TestSupport.write(
        Data("val_0.JPEG\tn1255\n".utf8), "val/val_annotations.txt", in: folder)
      let dataset = try Self.load(folder)
      #expect(dataset.train.classes == 256 && dataset.test.labels == [255])
    }
  }

  @Test func setsOneInSixAside() throws {
    try withFolder { folder in
      for index in 0..<12 {
        try Self.write([("a/\(index).png", UInt8(index))], in: folder)
        if index < 7 { try Self.write([("b/\(index).png", UInt8(100 + index))], in: folder) }
      }
      let dataset = try Self.load(folder)
      #expect(dataset.test.labels.sorted() == [0, 0, 1])
      #expect(dataset.train.count == 16)
      #expect(dataset.note.contains("one in six of each class is test data"))
      #expect(try Self.load(folder) == dataset)
      let all = Set((dataset.train.pixels + dataset.test.pixels).map { $0 })
      #expect(all == Set((0..<12).map { UInt8($0) } + (100..<107).map { UInt8($0) }))
      // The choice depends on the names alone.
      let chosen = Set(dataset.test.pixels.filter { $0 < 100 })
      try FileManager.default.moveItem(
        at: folder.appendingPathComponent("a"), to: folder.appendingPathComponent("z"))
      let moved = try Self.load(folder)
      #expect(Set(moved.test.pixels.filter { $0 < 100 }) == chosen)
      #expect(moved.test.labels.sorted() == [0, 1, 1])
    }
  }

  /// The first test examples are of all classes, in the same order everywhere.
  @Test func mixesTheClassesOfTestData() throws {
    try withFolder { folder in
      for name in ["a", "b", "c"] {
        try Self.write([("train/\(name)/1.png", 1)], in: folder)
        for index in 0..<20 {
          try Self.write([("test/\(name)/\(name)\(index).png", UInt8(index))], in: folder)
        }
      }
      let labels = try Self.load(folder).test.labels
      #expect(labels.sorted() == [0, 1, 2].flatMap { Array(repeating: UInt8($0), count: 20) })
      #expect(Set(labels.prefix(15)).count == 3)
      let again = try Self.load(folder).test.labels
      #expect(again == labels)
    }
  }

  @Test func bringsPicturesToOneForm() throws {
    try withFolder { folder in
      let files: [(String, Data)] = [
        ("train/a/1.png", Self.flat(10)), ("train/b/1.png", Self.flat(20, side: 4)),
        ("test/a/1.png", Self.flat(30, side: 3, channels: 3)),
      ]
      for (path, data) in files { try _TestSupport.write(data, path, in: folder) }
      let other = folder.appendingPathComponent("train/b/1.png").path
      let text =
        "is 4×4, but \(folder.path)/train/a/1.png is 2×2; give the size wanted: "
        + "`images.size` 2x2, in a recipe images: { size: [2, 2] }"
      expectFailure(.badData, text, file: other) { _ = try Self.load(folder) }
      let settings = ImageSettings(size: .init(height: 1, width: 3))
      let grey = try Self.load(folder, settings)
      #expect(grey.train.form == [1, 3, 1])
      #expect(grey.train.pixels == [10, 10, 10, 20, 20, 20])
      #expect(grey.test.pixels == [30, 30, 30])
      var colours = settings
      colours.channels = 3
      #expect(try Self.load(folder, colours).train.channels == 3)
      try _TestSupport.write(JPEG.colour, "test/b/1", in: folder)
      #expect(try Self.load(folder, settings).test.channels == 3)
      colours.channels = 1
      #expect(try Self.load(folder, colours).test.channels == 1)
    }
  }

  /// In the order of their numbers, however they are written; any other name, and bytes decide.
  @Test(arguments: [
    (["10", "2", "0", "011"], ["0", "2", "10", "011"]),
    (["10", "2", "a"], ["10", "2", "a"]),
    (
      ["18446744073709551617", "18446744073709551616"],
      ["18446744073709551616", "18446744073709551617"]
    ),
  ])
  func numbersClasses(names: [String], order: [String]) throws {
    try withFolder { folder in
      for (index, name) in names.enumerated() {
        try Self.write([("\(name)/1", UInt8(index)), ("\(name)/2", UInt8(index))], in: folder)
      }
      let dataset = try Self.load(folder)
      #expect(dataset.classNames == order)
      let levels = dataset.train.labels.enumerated().map { index, label in
        names[Int(dataset.train.image(index).first!)] == order[Int(label)]
      }
      #expect(levels.count == names.count && levels.allSatisfy { $0 })
    }
  }

  @Test func passesOverWhatFileManagersLeave() throws {
    try withFolder { folder in
      try Self.write([("a/1", 1), ("a/2", 1), ("b/1", 1), ("b/2", 2)], in: folder)
      let clean = try Self.load(folder)
      for path in [
        "a/Thumbs.db", "a/desktop.ini", "b/._1", "b/.DS_Store", "__MACOSX/a/._1", "Thumbs.db",
      ] { try _TestSupport.write(Data("x".utf8), path, in: folder) }
      #expect(try Self.load(folder) == clean)
    }
  }

  @Test func listsEveryDamagedPicture() throws {
    try withFolder { folder in
      try Self.write((0..<30).map { ("a/\(10 + $0)", 1) } + [("b/1", 1), ("b/2", 2)], in: folder)
      for index in [12, 15] {
        try _TestSupport.write(Data("text".utf8), "a/\(index)", in: folder)
      }
      try _TestSupport.write(JPEG.colour.prefix(300), "b/2", in: folder)
      for settings in [ImageSettings(), ImageSettings(channels: 3)] {
        expectFailure(.badData, "3 of 32 pictures cannot be read: ", file: "images") {
          _ = try Self.load(folder, settings)
        }
        let error = #expect(throws: FormatError.self) { try Self.load(folder, settings) }
        for name in ["a/12 (neither a PNG", "a/15 (neither a PNG", "b/2 (cannot be decoded"] {
          #expect(error?.problem.contains("\(folder.path)/\(name)") == true)
        }
      }
      for index in 0..<30 { try _TestSupport.write(Data(), "a/\(10 + index)", in: folder) }
      expectFailure(.badData, " and 11 more; get them again", file: "images") {
        _ = try Self.load(folder)
      }
    }
  }

  @Test func warnsOfClassesWithoutTestPictures() throws {
    try withFolder { folder in
      try Self.write([("train/a/1", 1), ("train/b/1", 1), ("test/b/1", 1)], in: folder)
      #expect(
        try Self.load(folder).warnings == [
          "class 0 \"a\" has no test image, so no error of it is measured"
        ])
    }
  }

  @Test func refusesOtherFolders() throws {
    func expect(_ text: String, at path: String, _ files: [String]) throws {
      try withFolder { folder in
        for file in files { try _TestSupport.write(Self.flat(1), file, in: folder) }
        let place = path.isEmpty ? folder.path : "\(folder.path)/\(path)"
        expectFailure(.badData, text, file: place) { _ = try Self.load(folder) }
      }
    }
    try expect("has 1 folders of classes, where 2 to 256", at: "", ["a/1.png"])
    try expect("has 257 folders", at: "", (0..<257).map { "c\($0)/1.png" })
    try expect("has train, but neither test nor val", at: "", ["train/a/1", "train/b/1"])
    try expect(
      "a class that train does not have", at: "test/c",
      ["train/a/1", "train/b/1", "test/a/1", "test/c/1"])
    try expect("a folder, where the pictures", at: "a/more", ["a/more/1", "a/2", "b/1"])
    try expect("holds no pictures", at: "a", ["a/.hidden", "b/1"])
    try withFolder { folder in
      try Self.write([("a/1", 1), ("a/2", 1), ("b/1", 1), ("b/2", 2)], in: folder)
      try _TestSupport.write(Data("text".utf8), "a/2", in: folder)
      expectFailure(.badData, "neither a PNG nor", file: "\(folder.path)/a/2") {
        _ = try Self.load(folder)
      }
      expectFailure(.missingInput, "no such folder", file: "\(folder.path)/none") {
        _ = try Self.load(folder.appendingPathComponent("none"))
      }
    }
    expectFailure(.missingInput, "no folder is named; name a folder: `data` FOLDER", file: "images")
    {
      _ = try Dataset.load(.images, environment: [:])
    }
  }
}
