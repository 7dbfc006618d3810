import Crownwork
import Foundation

/// A table for people: the first column is aligned to the left, the others to the right, two spaces
/// apart.
///
/// Widths are those of the longest cells, in characters. Rows may have different numbers of cells,
/// and no line ends in spaces. Reports make such a table when all their rows are known;
/// ``BenchCommand``, which prints rows as they come, has columns of fixed widths instead.
struct TextTable {
  /// The cells, row by row; a header is a row like the others.
  private let rows: [[String]]

  /// Makes a table from its rows, the header first.
  init(_ rows: [[String]]) { self.rows = rows }

  /// The lines of the table without a line end behind the last one.
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

/// The trimming of a table's lines.
extension String {
  fileprivate var trimmingTrailingSpaces: String {
    String(reversed().drop { $0 == " " }.reversed())
  }
}
