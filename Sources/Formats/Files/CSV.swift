/// Comma-separated values (RFC 4180), with the line ends of Unix.
public enum CSV {
  /// Fields as one line with its end; those with commas, quotes or line ends in quotes.
  public static func line(_ fields: [String]) -> String {
    fields.map(quoted).joined(separator: ",") + "\n"
  }

  private static func quoted(_ field: String) -> String {
    field.contains { $0 == "," || $0 == "\"" || $0.isNewline }
      ? "\"\(field.replacing("\"", with: "\"\""))\"" : field
  }
}
