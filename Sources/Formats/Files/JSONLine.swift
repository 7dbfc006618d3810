import Foundation

/// Values as JSON on one line, as logs of verdicts and headers of models have it.
package enum JSONLine {
  /// Returns a value as JSON on one line.
  ///
  /// Keys are in order, so that the same value gives the same text, and slashes are not escaped.
  /// JSON has no infinities and no NaN; they are written as the strings `"inf"`, `"-inf"` and
  /// `"nan"`.
  ///
  /// - Throws: What the value throws when it is encoded.
  package static func text(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
