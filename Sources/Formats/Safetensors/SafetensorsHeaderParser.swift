import Foundation

/// A parser of the one JSON shape that a safetensors header has.
///
/// It is not a general JSON decoder, because those at hand take `1.0` and `1e3` for integers, keep
/// one of two equal keys in silence and give no place of an error. It does not recurse, so that no
/// input exhausts the stack. ``SafetensorsHeader`` uses it and judges what it has read.
struct SafetensorsHeaderParser {
  private var scanner: JSONScanner
  /// The free text under `__metadata__`, once ``parse()`` has returned; empty where there is none.
  private(set) var metadata: [String: String] = [:]

  /// Prepares the parsing of a header.
  ///
  /// - Parameters:
  ///   - json: The bytes of the header, without the length before it.
  ///   - file: The name used in errors.
  init(json: [UInt8], file: String) {
    scanner = JSONScanner(json, file: file, base: 8)
  }

  /// Reads the whole header, white space behind it included.
  ///
  /// - Returns: One claim for each array, in the header's order; two may have the same name.
  /// - Throws: ``FormatError`` of kind `badData` where the header has another form, with the offset
  ///   in the file or the name of the array.
  mutating func parse() throws -> [SafetensorsClaim] {
    var claims: [SafetensorsClaim] = []
    var metadata: [String: String]?
    try scanner.object { scanner, key in
      if key == "__metadata__" {
        if metadata != nil { throw scanner.failure("two \"__metadata__\" in the header") }
        metadata = try Self.metadata(&scanner)
      } else {
        claims.append(try Self.claim(&scanner, name: key))
      }
    }
    try scanner.end()
    self.metadata = metadata ?? [:]
    return claims
  }

  /// Reads the object under `__metadata__`, whose values are strings.
  ///
  /// - Throws: ``FormatError`` of kind `badData` for another value, and for two equal keys.
  private static func metadata(_ scanner: inout JSONScanner) throws -> [String: String] {
    var result: [String: String] = [:]
    try scanner.object { scanner, key in
      if result.updateValue(try scanner.string(), forKey: key) != nil {
        throw scanner.failure("two metadata entries \"\(FormatError.shortened(key))\"")
      }
    }
    return result
  }

  /// Reads the object of one array, which may have each of three keys once.
  ///
  /// - Throws: ``FormatError`` of kind `badData` at the array of this name; the offset is put into
  ///   the problem.
  private static func claim(
    _ scanner: inout JSONScanner, name: String
  ) throws -> SafetensorsClaim {
    var claim = SafetensorsClaim(name: name)
    do {
      try scanner.object { scanner, key in
        switch key {
        case "dtype" where claim.type == nil: claim.type = try scanner.string()
        case "shape" where claim.shape == nil: claim.shape = try scanner.integers()
        case "data_offsets" where claim.offsets == nil: claim.offsets = try scanner.integers()
        default:
          throw scanner.failure("unknown or repeated key \"\(FormatError.shortened(key))\"")
        }
      }
    } catch var error as FormatError {
      if case .byte(let offset) = error.location { error.problem += " (at byte \(offset))" }
      error.location = .tensor(name)
      throw error
    }
    return claim
  }
}
