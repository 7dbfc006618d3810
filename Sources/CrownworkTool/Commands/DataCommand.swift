import ArgumentParser
import Crownwork
import Foundation

struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Where the data sets are, and how to get them.",
    usage: "crownwork data [<options>] [<name>]",
    discussion: """
      EXAMPLES
        crownwork data
        crownwork data mnist --fetch
      """)

  @Argument(
    help: """
      A data set: \(DatasetName.allCases.map(\.rawValue).joined(separator: ", ")). Default: all.
      """, completion: .datasets)
  var name: String?
  @OptionGroup var source: DataOptions
  @Flag(help: "Fetch what is not there, with a check of its SHA-256.") var fetch = false
  @Flag(help: "Print JSON lines.") var json = false

  private struct Record: Encodable {
    let name, note: String
    let place: String?
    let searched: [String]
    let train, test: Int?
    let shape: [Int]?
    let classes: Int?
    let checksum: String?
    let counts: [ClassCount]?
    let warnings: [String]?
  }

  private struct ClassCount: Encodable {
    let name: String?
    let train, test: Int
  }

  mutating func run() throws {
    let chosen = try Recipe(name.map { [RecipeOverride("dataset", $0, option: "NAME")] } ?? [])
    let all = DatasetName.allCases.filter { $0 != .images }
    for name in self.name == nil ? all : [chosen.dataset] {
      let record = try record(name)
      Console.standard.line(json ? try JSON.line(record) : text(record))
    }
  }

  private func record(_ name: DatasetName) throws -> Record {
    let folder = source.data.map { URL(fileURLWithPath: $0.value, isDirectory: true) }
    if name == .digits, folder == nil {
      return record(name, .digits(), "part of this program", nil)
    }
    let locator = DatasetLocator()
    var found = try locator.locate(name, folder: folder)
    if fetch, case .missing = found {
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

  /// Each class with its training and test images, the first 40.
  private func classes(_ counts: [ClassCount]) -> String {
    let shown = counts.prefix(40).enumerated().map { number, count in
      let name = count.name.flatMap { $0 == "\(number)" ? nil : " \"\($0)\"" } ?? ""
      return "\(number)\(name) \(count.train)+\(count.test)"
    }
    let more = counts.count > 40 ? ", and \(counts.count - 40) more (all: --json)" : ""
    return "training+test images of class \(shown.joined(separator: ", "))\(more)"
  }
}
