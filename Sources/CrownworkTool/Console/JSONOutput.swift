import Crownwork
import Foundation

/// How the tool gives values to programs.
extension JSONText {
  /// Writes values to a file, one line of JSON each.
  ///
  /// The file is replaced as a whole: it has either its old contents or all lines.
  ///
  /// - Throws: `FormatError` of kind `cannotWrite`.
  static func write(_ values: [some Encodable], to path: String) throws {
    let text = try values.map { try line($0) + "\n" }.joined()
    try AtomicFile.write(Data(text.utf8), to: URL(fileURLWithPath: path))
  }

  /// Returns a text as a JSON string, in quotation marks and escaped, to be put into a line of
  /// JSON.
  static func quoted(_ text: String) -> String { (try? line(text)) ?? "\"\"" }
}
