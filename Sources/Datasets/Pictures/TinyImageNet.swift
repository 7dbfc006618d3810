import Formats
import Foundation

/// The layout of TinyImageNet, a subset of ImageNet with 200 classes of 64×64 pixels.
///
/// The training pictures are in `train/CLASS/images/*`. The test data are the pictures in
/// `val/images/*`, whose classes are listed in `val/val_annotations.txt`. The classes have the
/// order of `wnids.txt` where there is such a file, else that of their names. The folder `test` has
/// no labels and is left alone, as is usual with this data set.
enum TinyImageNet {
  /// Returns whether a folder has this layout, which is recognised by the file of annotations.
  static func isPresent(in folder: String) -> Bool {
    FileKind(path: annotations(folder)) == .regular
  }

  /// Returns the path of the file that has the classes of the pictures in `val`.
  private static func annotations(_ folder: String) -> String {
    "\(folder)/val/val_annotations.txt"
  }

  /// Lists the pictures of a folder with this layout.
  ///
  /// - Throws: ``FormatError`` of kind `missingInput` where a file or folder is missing, and of
  ///   kind `badData` where one names a class that is not there.
  static func read(_ folder: String) throws -> ImageFolder {
    let classes = try classes(folder)
    let train = try ImageFolder.examples(classes) { "\(folder)/train/\($0)" }
    return ImageFolder(
      classes: classes, train: train, test: try validation(folder, classes),
      note: "TinyImageNet in \(folder); the pictures of val are the test data")
  }

  /// Returns the names of the classes in the order of their numbers.
  ///
  /// The order in `wnids.txt` is the one that other programs number the classes by, so that their
  /// models can be judged here. The file must name exactly the folders of `train`.
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

  /// Lists the pictures that the annotations name, in that order.
  ///
  /// A line has the picture's name, its class and the corners of a box, separated by tabs; the box
  /// is not used. A name with a slash is refused, so that the file cannot point outside of its
  /// folder.
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

  /// Returns the lines of a text file of at most 64 MiB, empty ones included.
  private static func lines(_ file: String) throws -> [String] {
    let data = try InputFile.read(URL(fileURLWithPath: file), limit: 1 << 26)
    return String(decoding: data, as: UTF8.self).split(
      omittingEmptySubsequences: false, whereSeparator: \.isNewline
    ).map(String.init)
  }
}
