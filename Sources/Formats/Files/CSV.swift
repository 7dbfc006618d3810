/// Comma-separated values (RFC 4180), with the line ends of Unix.
package enum CSV {
  /// Fields as one line with its end; those with commas, quotes or line ends in quotes.
  package static func line(_ fields: [String]) -> String {
    fields.map(quoted).joined(separator: ",") + "\n"
  }

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
