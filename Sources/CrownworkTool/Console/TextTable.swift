import Crownwork
import Foundation

/// Rows in columns: the first column to the left, the others to the right.
struct TextTable {
  private let rows: [[String]]

  init(_ rows: [[String]]) { self.rows = rows }

  var text: String {
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + space : space + cell
      }.joined(separator: "  ").trimmingTrailingSpaces
    }.joined(separator: "\n")
  }
}

extension String {
  fileprivate var trimmingTrailingSpaces: String {
    String(reversed().drop { $0 == " " }.reversed())
  }
}

/// Pieces of JSON.
enum JSON {
  /// A value on one line, keys in order.
  static func line(_ value: some Encodable) throws -> String {
    try JSONLine.text(value)
  }

  /// Writes values as lines of a file, atomically. Throws ``FormatError``.
  static func write(_ values: [some Encodable], to path: String) throws {
    let text = try values.map { try line($0) + "\n" }.joined()
    try AtomicFile.write(Data(text.utf8), to: URL(fileURLWithPath: path))
  }

  static func text(_ text: String) -> String { (try? line(text)) ?? "\"\"" }
}
