import Formats

/// How the numbers of arrays become pixels 0...255, decided by the values that are there.
enum PixelScale: Equatable {
  /// Pixels from 0 to 255.
  case bytes
  /// Pixels from 0 to 1.
  case unit

  /// The scale of all images of a data set.
  ///
  /// Bytes are bytes. Other whole numbers must be from 0 to 255. Floats are from 0 to 1, or from 0
  /// to a largest value of 128 to 255. Throws ``FormatError`` of kind `badData` for other numbers,
  /// with a remedy that fits them.
  init(_ range: PixelRange) throws {
    guard range.lowest >= 0 else { throw range.negative }
    let floats = range.types.filter { $0.hasPrefix("float") }
    guard floats.isEmpty || floats.count == range.types.count else { throw range.mixed }
    if floats.isEmpty {
      guard range.highest <= 255 else { throw range.tooLarge }
      self = .bytes
      return
    }
    switch range.highest {
    case ...1.000_001: self = .unit
    case 128...255: self = .bytes
    case 255...: throw range.tooLarge
    default: throw range.ambiguous
    }
  }

  /// The elements as bytes, rounded to nearest, and by how much they were moved at most.
  func pixels(of array: NumberArray) throws -> (bytes: [UInt8], moved: Double) {
    if array.element == .byte, self == .bytes { return ([UInt8](array.data), 0) }
    let factor: Double = self == .unit ? 255 : 1
    var moved = 0.0
    let bytes = try array.map { bits, _ in
      let value = array.element.number(bits)
      let byte = min((value * factor).rounded(), 255)
      moved = max(moved, abs(value - byte / factor))
      return UInt8(byte)
    }
    return (bytes, moved)
  }

  /// How far a byte's value may be off for the precision of its type alone.
  func tolerance(_ element: NumberElement) -> Double {
    let unit = element.size == 2 ? 5e-4 : 1e-6
    return self == .unit ? unit : 255 * unit
  }

  /// What was done, for what is no byte already.
  func note(_ range: PixelRange) -> String? {
    guard range.types != ["uint8"] else { return nil }
    return self == .unit
      ? "\(range.text), read as (array * 255.0).round()"
      : "\(range.text), read as bytes (array.round().astype(\"uint8\"))"
  }

  /// What may not be meant: pixels moved to other values, images that are nearly black.
  func warnings(_ range: PixelRange, moved: Double, isRounded: Bool) -> [String] {
    if isRounded {
      let unit = self == .unit ? "multiples of 1/255" : "whole numbers"
      return ["pixels that are no \(unit) are rounded to them, by up to \(Float(moved))"]
    }
    guard self == .bytes, range.highest < 32 else { return [] }
    let high = PixelRange.short(range.highest)
    return [
      "the brightest pixel is \(high) of 255"
        + (range.highest > 0 ? "; if \(high) is white, save \(PixelRange.stretched(high))" : "")
    ]
  }
}

extension PixelRange {
  fileprivate static func stretched(_ white: String) -> String {
    "(array / \(white) * 255).round().astype(\"uint8\")"
  }

  private static let rounded = ".round().astype(\"uint8\")"

  fileprivate var negative: FormatError {
    let remedy: String
    if !types.contains(where: { $0.hasPrefix("float") }) {
      remedy = "save (array.astype(\"int64\") + 128).astype(\"uint8\"), if -128 is black"
    } else if lowest > -0.1, highest <= 1.1 {
      remedy = "save (array.clip(0, 1) * 255)\(Self.rounded)"
    } else if lowest >= -1, highest <= 1 {
      remedy = "if -1 is black, save ((array + 1) * 127.5)\(Self.rounded)"
    } else {
      remedy =
        "take back its normalisation: ((array * std + mean) * 255)\(Self.rounded), with the std "
        + "and mean of its channels"
    }
    return .badData("\(text), where pixels are from 0", file: lowestFile, remedy: remedy)
  }

  fileprivate var mixed: FormatError {
    .badData(
      "the images of one part are \(types[0]), those of the other \(types[1])",
      file: highestFile, remedy: "save both as the same type, with the same white")
  }

  fileprivate var tooLarge: FormatError {
    let white = [1023, 4095, 16_383, 65_535].first { highest <= $0 } ?? highest
    let remedy =
      highest < 256
      ? "save array.clip(0, 255)\(Self.rounded)"
      : "if \(Self.short(white)) is white, save \(Self.stretched(Self.short(white)))"
    return .badData("\(text), where pixels are up to 255", file: highestFile, remedy: remedy)
  }

  fileprivate var ambiguous: FormatError {
    let remedy =
      highest <= 1.1
      ? "save (array.clip(0, 1) * 255)\(Self.rounded)"
      : "if 255 is white, save array\(Self.rounded); if \(Self.short(highest)) is, "
        + Self.stretched(Self.short(highest))
    return .badData(
      "\(text), which is neither 0 to 1 nor 0 to 255", file: highestFile, remedy: remedy)
  }
}
