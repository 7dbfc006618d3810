import Foundation

/// Values as JSON: on one line, as logs and headers of models have it, or on several, for people.
///
/// Keys are in order, so that the same value gives the same text, and slashes are not escaped. JSON
/// has no infinities and no NaN; they are written as the strings `"inf"`, `"-inf"` and `"nan"`.
package enum JSONText {
  /// Returns a value as JSON on one line, without a line end.
  ///
  /// - Throws: What the value throws when it is encoded.
  package static func line(_ value: some Encodable) throws -> String { try text(value, []) }

  /// Returns a value as indented JSON on several lines, in the form in which results and tables are
  /// written.
  ///
  /// - Throws: What the value throws when it is encoded.
  package static func pretty(_ value: some Encodable) throws -> String {
    try text(value, .prettyPrinted)
  }

  private static func text(
    _ value: some Encodable, _ formatting: JSONEncoder.OutputFormatting
  ) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, formatting]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
