import Formats
import Foundation

/// The pictures of a data set in folders, found but not read.
///
/// One of three layouts: `train/CLASS/*` with `test/CLASS/*` or `val/CLASS/*`; that of TinyImageNet
/// (``TinyImageNet``); `CLASS/*` alone, of which one picture in six of each class becomes test
/// data. What begins with a dot and what file managers leave behind (``FolderListing``) is no part
/// of it.
struct ImageFolder: Equatable, Sendable {
  /// A picture's file and the number of its class.
  struct Example: Equatable, Sendable {
    var path: String
    var label: UInt8
  }

  /// The names of the classes; a label is an index into them.
  var classes: [String]
  var train: [Example]
  var test: [Example]
  /// What was done with the folder, in one line.
  var note: String

  /// The most classes that a label can tell apart.
  static let classLimit = 256

  /// Looks through a folder.
  ///
  /// Throws ``FormatError``: `missingInput` where there is no such folder, `badData` where it is in
  /// none of the layouts.
  init(_ folder: URL) throws {
    let names = try FolderListing.names(folder.path)
    if TinyImageNet.isPresent(in: folder.path) {
      self = try TinyImageNet.read(folder.path)
    } else if names.contains("train"), FileKind(path: "\(folder.path)/train") == .directory {
      self = try Self.split(folder.path)
    } else {
      self = try Self.single(folder.path)
    }
  }

  init(classes: [String], train: [Example], test: [Example], note: String) {
    self.classes = classes
    self.train = train
    self.test = test
    self.note = note
  }

  private static func split(_ folder: String) throws -> ImageFolder {
    let test = ["test", "val"].map { "\(folder)/\($0)" }.first { FileKind(path: $0) == .directory }
    guard let test else {
      throw FormatError.badData(
        "has train, but neither test nor val", file: folder,
        remedy: "add one, or give the folder train itself to have one image in six set aside")
    }
    let classes = try classNames("\(folder)/train")
    let present = try classNames(test, atLeast: 1)
    for name in present where !classes.contains(name) {
      throw FormatError.badData(
        "a class that train does not have", file: "\(test)/\(name)",
        remedy: "give both the same classes")
    }
    return ImageFolder(
      classes: classes,
      train: try examples(classes) { "\(folder)/train/\($0)" },
      test: TestChoice.mixed(
        try examples(classes) { present.contains($0) ? "\(test)/\($0)" : nil }),
      note: "pictures in \(folder)")
  }

  private static func single(_ folder: String) throws -> ImageFolder {
    let classes = try classNames(folder)
    let all = try examples(classes) { "\(folder)/\($0)" }
    let chosen = TestChoice.choose(all)
    return ImageFolder(
      classes: classes, train: zip(all, chosen).filter { !$1 }.map(\.0),
      test: TestChoice.mixed(zip(all, chosen).filter { $1 }.map(\.0)),
      note: "pictures in \(folder); one in six of each class is test data, "
        + "chosen by a hash of the file's name")
  }

  /// The names of the class folders: in the order of their numbers where all are whole numbers,
  /// else of their bytes.
  static func classNames(_ folder: String, atLeast least: Int = 2) throws -> [String] {
    let classes = try FolderListing.names(folder).filter {
      FileKind(path: "\(folder)/\($0)") == .directory
    }
    guard (least...classLimit).contains(classes.count) else {
      throw FormatError.badData(
        "has \(classes.count) folders of classes, where \(least) to \(classLimit) can be",
        file: folder,
        remedy: "put the pictures of each class into a folder named after it")
    }
    return ordered(classes)
  }

  private static func ordered(_ names: [String]) -> [String] {
    guard names.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }) else {
      return names
    }
    // The digits without leading zeros: the longer, the larger, however many there are.
    func key(_ name: String) -> (Int, String) {
      let digits = String(name.drop { $0 == "0" })
      return (digits.utf8.count, digits)
    }
    return names.sorted {
      let (a, b) = (key($0), key($1))
      return (a.0, a.1, $0) < (b.0, b.1, $1)
    }
  }

  /// The pictures of all classes; a class whose folder is nil has none.
  static func examples(
    _ classes: [String], folder: (String) -> String?
  ) throws -> [Example] {
    try classes.enumerated().flatMap { number, name -> [Example] in
      guard let folder = folder(name) else { return [] }
      return try FolderListing.files(folder).map { Example(path: $0, label: UInt8(number)) }
    }
  }
}
