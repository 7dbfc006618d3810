/// Comma-separated values (RFC 4180), with the line ends of Unix.
///
/// Tables of sweeps and curves of errors are written so, for spreadsheets and for programs. There
/// is no reader.
package enum CSV {
  /// Returns fields as one line, with the line end.
  ///
  /// A field stands in quotes where it has a comma, a quotation mark, or white space other than a
  /// plain space; quotation marks inside it are doubled.
  package static func line(_ fields: [String]) -> String {
    fields.map(quoted).joined(separator: ",") + "\n"
  }

  /// Returns a field in quotes where it needs them, and else as it is.
  private static func quoted(_ field: String) -> String {
    // By scalars: a quotation mark under an accent is one character, and another one.
    let scalars = field.unicodeScalars
    guard
      scalars.contains(where: { $0 == "," || $0 == "\"" || $0.properties.isWhitespace && $0 != " " }
      )
    else { return field }
    var text = "\""
    for scalar in scalars { text += scalar == "\"" ? "\"\"" : String(scalar) }
    return text + "\""
  }
}
