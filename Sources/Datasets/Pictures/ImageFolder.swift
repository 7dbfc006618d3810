import Formats
import Foundation

/// The pictures of a data set in folders, found but not read.
///
/// Three layouts are understood:
///
/// - `train/CLASS/*` with `test/CLASS/*` or `val/CLASS/*`, as most programs have it;
/// - that of TinyImageNet (``TinyImageNet``);
/// - `CLASS/*` alone, of which one picture in six of each class becomes test data (``TestChoice``).
///
/// What begins with a dot and what file managers leave behind (``FolderListing``) is no part of the
/// data. ``Dataset`` has an initializer that decodes the pictures.
struct ImageFolder: Equatable, Sendable {
  /// A picture's file and the number of its class.
  struct Example: Equatable, Sendable {
    /// The path of the file.
    var path: String
    /// The number of the class, an index into ``ImageFolder/classes``.
    var label: UInt8
  }

  /// The names of the classes; a label is an index into them.
  var classes: [String]
  /// The pictures to train on, class by class; training shuffles them.
  var train: [Example]
  /// The pictures to test with. Where the folder has no order of its own for them, they are in a
  /// fixed random order.
  var test: [Example]
  /// A description of the folder and of what was done with it, in one line.
  var note: String

  /// The most classes that a label, which is a byte, can tell apart.
  static let classLimit = 256

  /// Looks through a folder for classes and pictures.
  ///
  /// - Throws: ``FormatError`` of kind `missingInput` where there is no such folder, and of kind
  ///   `badData` where it is in none of the layouts.
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

  /// Creates a listing that was made already.
  init(classes: [String], train: [Example], test: [Example], note: String) {
    self.classes = classes
    self.train = train
    self.test = test
    self.note = note
  }

  /// Lists a folder with a training and a test part. The classes are those of `train`; the test
  /// part may lack some, but has no others.
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

  /// Lists a folder of class folders, and sets one picture in six aside as test data.
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

  /// Returns the names of the class folders: in the order of their numbers where all are whole
  /// numbers, else in the order of their bytes.
  ///
  /// - Parameters:
  ///   - folder: The path of the folder that they are in.
  ///   - least: The fewest classes that there may be.
  /// - Throws: ``FormatError`` of kind `badData` for another number of folders than `least` to 256,
  ///   and of kind `missingInput` where the folder cannot be read.
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

  /// Puts names that are all whole numbers into the order of these; others are in the right order
  /// already.
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

  /// Lists the pictures of all classes, class by class.
  ///
  /// - Parameters:
  ///   - classes: The names of the classes, in the order of their numbers.
  ///   - folder: Gives the path of a class's folder; nil for a class that has no pictures in this
  ///     part.
  /// - Throws: ``FormatError`` for a class folder that is empty, cannot be read, or holds further
  ///   folders.
  static func examples(
    _ classes: [String], folder: (String) -> String?
  ) throws -> [Example] {
    try classes.enumerated().flatMap { number, name -> [Example] in
      guard let folder = folder(name) else { return [] }
      return try FolderListing.files(folder).map { Example(path: $0, label: UInt8(number)) }
    }
  }
}
