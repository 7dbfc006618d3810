import Formats
import Foundation

/// TinyImageNet's layout: `train/CLASS/images/*`; `val/images/*`, whose classes are in
/// `val/val_annotations.txt`; the order of the classes in `wnids.txt`, else by name. Its folder
/// `test` has no labels and is left alone: the pictures of `val` are the test data.
enum TinyImageNet {
  static func isPresent(in folder: String) -> Bool {
    FileKind(path: annotations(folder)) == .regular
  }

  private static func annotations(_ folder: String) -> String {
    "\(folder)/val/val_annotations.txt"
  }

  /// Throws ``FormatError`` where a file is missing or names a class that is not there.
  static func read(_ folder: String) throws -> ImageFolder {
    let classes = try classes(folder)
    let train = try ImageFolder.examples(classes) { "\(folder)/train/\($0)" }
    return ImageFolder(
      classes: classes, train: train, test: try validation(folder, classes),
      note: "TinyImageNet in \(folder); the pictures of val are the test data")
  }

  private static func classes(_ folder: String) throws -> [String] {
    let sorted = try ImageFolder.classNames("\(folder)/train")
    let file = "\(folder)/wnids.txt"
    guard FileKind(path: file) == .regular else { return sorted }
    let named = try lines(file).map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty }
    guard named.sorted() == sorted.sorted() else {
      throw FormatError.badData(
        "its \(named.count) classes are not the \(sorted.count) folders of train", file: file,
        remedy: "remove the file to have the classes in the order of their names")
    }
    return named
  }

  /// The pictures that the annotations list, in that order: name, class, box, separated by tabs.
  private static func validation(
    _ folder: String, _ classes: [String]
  ) throws -> [ImageFolder.Example] {
    let numbers = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, UInt8($0)) })
    let file = annotations(folder)
    var examples: [ImageFolder.Example] = []
    for (index, line) in try lines(file).enumerated() where !line.isEmpty {
      let fields = line.split(separator: "\t").map(String.init)
      guard fields.count >= 2, let number = numbers[fields[1]], !fields[0].contains("/") else {
        throw FormatError.badData(
          "no picture's name with one of the \(classes.count) classes", file: file,
          at: .line(index + 1))
      }
      examples.append(
        ImageFolder.Example(path: "\(folder)/val/images/\(fields[0])", label: number))
    }
    return examples
  }

  private static func lines(_ file: String) throws -> [String] {
    let data = try InputFile.read(URL(fileURLWithPath: file), limit: 1 << 26)
    return String(decoding: data, as: UTF8.self).split(
      omittingEmptySubsequences: false, whereSeparator: \.isNewline
    ).map(String.init)
  }
}
