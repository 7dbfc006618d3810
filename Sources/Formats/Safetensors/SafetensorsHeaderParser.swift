import Foundation

/// A parser of the one JSON shape that a safetensors header has.
///
/// Not a general JSON decoder, because those at hand take `1.0` and `1e3` for integers, keep one
/// of two equal keys in silence and tell no place. It does not recurse, so no input exhausts the
/// stack.
struct SafetensorsHeaderParser {
  private var scanner: JSONScanner
  private(set) var metadata: [String: String] = [:]

  init(json: [UInt8], file: String) {
    scanner = JSONScanner(json, file: file, base: 8)
  }

  /// Reads the whole header, spaces behind it included.
  ///
  /// Throws ``FormatError``.
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

  private static func metadata(_ scanner: inout JSONScanner) throws -> [String: String] {
    var result: [String: String] = [:]
    try scanner.object { scanner, key in
      if result.updateValue(try scanner.string(), forKey: key) != nil {
        throw scanner.failure("two metadata entries \"\(FormatError.shortened(key))\"")
      }
    }
    return result
  }

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
