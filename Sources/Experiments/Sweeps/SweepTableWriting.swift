import Formats
import Foundation

extension SweepTable {
  /// The tables in Markdown, with errors in percent as least / median / largest.
  ///
  /// There is a table by model and setting, one over all models where there are several, and the
  /// Pareto front where it has more than one run. The first line says what the errors are about.
  public var markdown: String {
    guard !results.isEmpty else { return "no run has ended yet\n" }
    let header = ["model", "setting", "runs", "standard", "attacked", "certified", "s/epoch"]
    var text =
      "\(judgement); errors in percent, least / median / largest\n\n"
      + Self.table([header] + rows.map(Self.cells))
    if !overModels.isEmpty {
      let header = ["over all models", "runs", "standard", "attacked", "certified"]
      text +=
        "\n"
        + Self.table([header] + overModels.map { Array(Self.cells($0)[1...5]) })
    }
    let collapsed = rows.reduce(0) { $0 + $1.collapsed }
    if collapsed > 0 {
      text +=
        "\nLeft out of the errors: \(collapsed) \(collapsed == 1 ? "run" : "runs") that collapsed "
        + "(nearly all test images get one answer).\n"
    }
    if front.count > 1 {
      let rows = front.map {
        [
          "\($0.model) \($0.setting)", "\($0.seed)", Self.percent($0.errors!.standard),
          Self.percent($0.errors!.certified),
        ]
      }
      text +=
        "\nPareto front, standard against certified error:\n\n"
        + Self.table([["run", "seed", "standard", "certified"]] + rows)
    }
    return text
  }

  /// The data set, the perturbation set and the number of examples that the errors are about, or
  /// that these differ.
  private var judgement: String {
    guard isUniform, let first = results.first(where: { $0.errors != nil }) ?? results.first else {
      return "runs judged on different data or perturbations (table.csv has those of each)"
    }
    return "\(first.dataset), \(first.perturbation), \(first.examples) test examples"
  }

  /// A line for each run, with a header; errors are fractions, and fields without a value are
  /// empty.
  public var csv: String {
    let header = [
      "model", "setting", "seed", "dataset", "perturbation", "examples", "epochs", "parameters",
      "standard", "attacked", "certified", "collapsed", "seconds_per_epoch", "failure",
    ]
    return results.reduce(into: CSV.line(header)) { text, result in
      let errors = result.errors.map { [$0.standard, $0.attacked, $0.certified].map { "\($0)" } }
      text += CSV.line(
        [
          result.model, result.setting, "\(result.seed)", result.dataset, result.perturbation,
          "\(result.examples)", "\(result.epochs)", "\(result.parameters)",
        ] + (errors ?? ["", "", ""]) + [
          result.errors.map { "\($0.collapsed == true)" } ?? "",
          result.secondsPerEpoch.map { "\($0)" } ?? "", result.failure ?? "",
        ])
    }
  }

  /// The table as JSON has it.
  private struct Record: Encodable {
    let results: [SweepResult]
    let rows: [Row]
    let overModels: [Row]
    let front: [SweepResult]
  }

  /// The results and all summaries as JSON, on several lines with sorted keys.
  public var json: String {
    get throws {
      let record = Record(results: results, rows: rows, overModels: overModels, front: front)
      return try JSONText.pretty(record)
    }
  }

  /// Writes `table.md`, `table.csv` and `table.json`, each atomically.
  ///
  /// - Throws: ``FormatError`` of kind `cannotWrite`.
  func write(to folder: URL) throws {
    for (name, text) in [("md", markdown), ("csv", csv), ("json", try json)] {
      try AtomicFile.write(Data(text.utf8), to: folder.appendingPathComponent("table.\(name)"))
    }
  }

  /// Returns the cells of a row, with the runs that do not count in brackets behind the number of
  /// those that do.
  private static func cells(_ row: Row) -> [String] {
    let others = [(row.collapsed, "collapsed"), (row.failed, "failed")].filter { $0.0 > 0 }
      .map { "\($0) \($1)" }.joined(separator: ", ")
    return [
      row.model, row.setting, "\(row.runs)" + (others.isEmpty ? "" : " (\(others))"),
      spread(row.standard), spread(row.attacked), spread(row.certified),
      row.secondsPerEpoch.map { String(format: "%.1f", $0) } ?? "–",
    ]
  }

  /// Returns a spread in percent: one number where all runs agree, a dash where none counts.
  private static func spread(_ spread: Spread?) -> String {
    guard let spread else { return "–" }
    guard spread.least < spread.largest else { return percent(spread.median) }
    return [spread.least, spread.median, spread.largest].map(percent).joined(separator: " / ")
  }

  /// Returns a fraction in percent with two digits, without the sign.
  private static func percent(_ value: Float) -> String {
    String(format: "%.2f", Double(value) * 100)
  }

  /// Returns rows as a Markdown table whose columns line up.
  ///
  /// - Parameter cells: The rows, the header first, all of the same length.
  private static func table(_ cells: [[String]]) -> String {
    let rows = cells.map { $0.map(escaped) }
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max()! }
    func line(_ cells: [String]) -> String {
      let padded = zip(cells, widths).map {
        $0 + String(repeating: " ", count: $1 - $0.count)
      }
      return "| " + padded.joined(separator: " | ") + " |\n"
    }
    let rule = line(widths.map { String(repeating: "-", count: $0) })
    return line(rows[0]) + rule + rows.dropFirst().map(line).joined()
  }

  /// Returns a cell's text as Markdown has it within a table, where a bar would end the cell and a
  /// line's end the row.
  private static func escaped(_ cell: String) -> String {
    let line = cell.split(whereSeparator: \.isNewline).joined(separator: " ")
    // Behind a backslash of the text's own the short form would be taken for another one.
    return line.replacing("|", with: line.contains("\\") ? "&#124;" : "\\|")
  }
}
