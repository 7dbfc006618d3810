import Foundation

/// JSON that people can read, in the form in which results and tables are written.
package enum JSONText {
  /// Returns a value as JSON on several lines, with its keys in order. Infinities and NaN, which
  /// JSON does not have, are the texts "inf", "-inf" and "nan".
  ///
  /// - Throws: What the value throws when it is encoded.
  package static func pretty(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
