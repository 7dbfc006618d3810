import ArgumentParser
import Crownwork
import Foundation

/// `crownwork data`: where the data sets are, what is in them, and how to get them.
///
/// For each data set the command searches its places, reads what it finds, and prints the place,
/// the sizes, the classes and what may be wrong with the data. With `--fetch` it downloads what is
/// missing into the cache and checks the SHA-256. It writes nothing else.
///
/// Exit codes other than 0, which a data set that is not there does not change: 64 for an unknown
/// name; 65 for files that are damaged or are another set; 66 for a folder of `--data` without the
/// files and for a download that fails; 73 for a cache that cannot be written.
struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Where the data sets are, and how to get them.",
    usage: "crownwork data [<options>] [<name>]",
    discussion: """
      EXAMPLES
        crownwork data
        crownwork data mnist --fetch
      """)

  /// The data set; nil for all that have a fixed name, which are all but `images`.
  @Argument(
    help: """
      A data set: \(DatasetName.allCases.map(\.rawValue).joined(separator: ", ")). Default: all.
      """, completion: .datasets)
  var name: String?
  /// The folder to look in, and the form that pictures are brought into.
  @OptionGroup var source: DataOptions
  /// `--fetch`: downloads what is missing.
  @Flag(help: "Fetch what is not there, with a check of its SHA-256.") var fetch = false
  /// `--json`: prints a line of JSON for each data set.
  @Flag(help: "Print JSON lines.") var json = false

  /// A data set for programs.
  private struct Record: Encodable {
    /// The set's name, and a sentence about its origin.
    let name, note: String
    /// The folder with the files; nil where the set is not there.
    let place: String?
    /// The folders that were searched in vain; empty for a set that is there.
    let searched: [String]
    /// The numbers of training and test images.
    let train, test: Int?
    /// [height, width, channels] of an image.
    let shape: [Int]?
    let classes: Int?
    /// "ok" for the published files and "not the published files" for others; nil where nothing is
    /// published.
    let checksum: String?
    /// The images of each class, in the order of the classes' numbers.
    let counts: [ClassCount]?
    /// Warnings about what may be wrong with the data.
    let warnings: [String]?
  }

  /// A class with its name, where it has one, and its numbers of training and test images.
  private struct ClassCount: Encodable {
    let name: String?
    let train, test: Int
  }

  /// Prints the records of the data sets, one after the other.
  mutating func run() throws {
    let chosen = try Recipe(name.map { [RecipeOverride("dataset", $0, option: "NAME")] } ?? [])
    // A user's pictures have no place of their own that could be searched.
    let all = DatasetName.allCases.filter { $0 != .images }
    for name in self.name == nil ? all : [chosen.dataset] {
      let record = try record(name)
      Console.standard.line(json ? try JSONText.line(record) : text(record))
    }
  }

  /// Looks a data set up, fetches it if that was asked for, and reads it.
  ///
  /// - Throws: ``FormatError`` for a folder of `--data` without the set that is named and for
  ///   damaged files, and ``RecipeError`` for options about pictures that do not fit.
  private func record(_ name: DatasetName) throws -> Record {
    let folder = source.data.map { URL(fileURLWithPath: $0.value, isDirectory: true) }
    if name == .digits, folder == nil {
      return record(name, .digits(), "part of this program", nil)
    }
    let locator = DatasetLocator()
    var found = try locate(name, folder, locator)
    if fetch, folder == nil, case .missing = found {
      _ = try Dataset.load(name) { Console.error("fetching \($0.absoluteString)") }
      found = try locator.locate(name)
    }
    switch found {
    case .found(let found):
      var recipe = Recipe(for: name)
      recipe.images = try source.settings(in: recipe)
      let dataset = try found.dataset(name: name, note: name.note, images: recipe.images)
      let sum = found.isPublished(as: name).map { $0 ? "ok" : "not the published files" }
      return record(name, dataset, found.folder.path, sum)
    case .missing(let searched):
      return Record(
        name: name.rawValue, note: name.note, place: nil, searched: searched.map(\.path),
        train: nil, test: nil, shape: nil, classes: nil, checksum: nil, counts: nil,
        warnings: nil)
    }
  }

  /// Looks for a data set where `--data` says, or in the usual places.
  ///
  /// - Returns: What was found. Where no set is named, one that a folder of `--data` does not hold
  ///   is missing like one that is nowhere.
  /// - Throws: ``FormatError`` for a folder without the set that is named, and for a folder that is
  ///   not there.
  private func locate(
    _ name: DatasetName, _ folder: URL?, _ locator: DatasetLocator
  ) throws -> DatasetLocator.Result {
    do {
      return try locator.locate(name, folder: folder)
    } catch let error as FormatError {
      guard let folder, self.name == nil, FileManager.default.fileExists(atPath: folder.path)
      else { throw error }
      return .missing(searched: [folder])
    }
  }

  /// Returns the record of a data set that was read.
  ///
  /// - Parameters:
  ///   - place: Its folder, or words for it.
  ///   - checksum: Whether its files are the published ones, in words.
  private func record(
    _ name: DatasetName, _ dataset: Dataset, _ place: String, _ checksum: String?
  ) -> Record {
    let train = dataset.train
    let counts = zip(train.classCounts, dataset.test.classCounts).enumerated().map {
      ClassCount(name: dataset.classNames?[$0.offset], train: $0.element.0, test: $0.element.1)
    }
    return Record(
      name: name.rawValue, note: dataset.note, place: place, searched: [], train: train.count,
      test: dataset.test.count, shape: [train.height, train.width, train.channels],
      classes: train.classes, checksum: checksum, counts: counts, warnings: dataset.warnings)
  }

  /// Returns a data set's lines for people: its name, and indented below it either its contents or
  /// the places that were searched and how to get it.
  private func text(_ record: Record) -> String {
    guard let place = record.place, let train = record.train, let test = record.test,
      let shape = record.shape
    else {
      return "\(record.name)\n  not found in \(record.searched.joined(separator: ", "))\n"
        + "  get it with: crownwork data \(record.name) --fetch\n  \(record.note)"
    }
    let sum = record.checksum.map { " (SHA-256: \($0))" } ?? ""
    let lines =
      [
        "\(place)\(sum)",
        "\(train) training and \(test) test images "
          + "\(shape.map(String.init).joined(separator: "×")), \(record.classes ?? 0) classes",
        classes(record.counts ?? []), record.note,
      ] + (record.warnings ?? []).map { "warning: \($0)" }
    return ([record.name] + lines.map { "  \($0)" }).joined(separator: "\n")
  }

  /// Returns each class with its training and test images, such as `3 "cat" 500+100`, for the first
  /// 40 classes. A name that is only the class's number is left out.
  private func classes(_ counts: [ClassCount]) -> String {
    let shown = counts.prefix(40).enumerated().map { number, count in
      let name = count.name.flatMap { $0 == "\(number)" ? nil : " \"\($0)\"" } ?? ""
      return "\(number)\(name) \(count.train)+\(count.test)"
    }
    let more = counts.count > 40 ? ", and \(counts.count - 40) more (all: --json)" : ""
    return "training+test images of class \(shown.joined(separator: ", "))\(more)"
  }
}
