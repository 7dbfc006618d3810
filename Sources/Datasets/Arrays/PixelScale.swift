import Formats

/// How the numbers of arrays of images become bytes, decided by the values that are there.
///
/// The package keeps images as bytes. Arrays in other types are brought into that form only where
/// there is one sensible way to do it; everything else is refused with the NumPy expression that
/// mends it. So an array that was normalised by means and deviations is not silently clipped, and
/// no choice between two readings is made by chance.
enum PixelScale: Equatable {
  /// The numbers are pixels from 0 to 255.
  case bytes
  /// The numbers are pixels from 0 to 1, and are multiplied by 255.
  case unit

  /// Decides the scale of all images of a data set.
  ///
  /// Whole numbers of any type must be from 0 to 255 and are bytes. Floating-point numbers are
  /// pixels from 0 to 1 if the greatest one is at most 1 (and a millionth, for arithmetic in
  /// Float), and bytes if it is from 128 to 255. A greatest number in between could mean either,
  /// and is refused.
  ///
  /// - Throws: ``FormatError`` of kind `badData` for negative numbers, for whole and floating-point
  ///   types side by side, and for numbers that are too large or ambiguous, with a remedy that fits
  ///   the numbers.
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

  /// Converts the elements of an array to bytes, rounded to nearest.
  ///
  /// - Parameter array: An array whose numbers were examined for the scale: none is negative, none
  ///   is NaN.
  /// - Returns: The bytes, in the order of the array, and the greatest distance between a number
  ///   and the pixel that it became, in the units of the array.
  func pixels(of array: NumberArray) throws -> (bytes: [UInt8], moved: Double) {
    if array.element == .byte, self == .bytes { return ([UInt8](array.data), 0) }
    let factor: Double = self == .unit ? 255 : 1
    var moved = 0.0
    let bytes = try array.map { bits, _ in
      let value = array.element.number(bits)
      // A number of the scale `unit` may exceed 1 by a millionth, and 255 · 1.000001 rounds to 255
      // too; the minimum keeps the conversion to UInt8 from trapping whatever the scale allows.
      let byte = min((value * factor).rounded(), 255)
      moved = max(moved, abs(value - byte / factor))
      return UInt8(byte)
    }
    return (bytes, moved)
  }

  /// Returns how far a number may lie from a byte's value for the precision of its type alone.
  ///
  /// A float16 near 1 has steps of about 5·10⁻⁴; wider types get a millionth, which covers what a
  /// division by 255 and back leaves in Float. The result is in the units of the array.
  func tolerance(_ element: NumberElement) -> Double {
    let unit = element.size == 2 ? 5e-4 : 1e-6
    return self == .unit ? unit : 255 * unit
  }

  /// Says how the numbers became bytes; nil for unsigned bytes, which are taken as they are.
  func note(_ range: PixelRange) -> String? {
    guard range.types != ["uint8"] else { return nil }
    return self == .unit
      ? "\(range.text), read as (array * 255.0).round()"
      : "\(range.text), read as bytes (array.round().astype(\"uint8\"))"
  }

  /// Warnings about what may not be meant: pixels that were moved to other values, or images that
  /// are nearly black.
  ///
  /// - Parameters:
  ///   - range: The numbers of all images.
  ///   - moved: By how much a number was moved at most.
  ///   - isRounded: Whether that is more than the precision of the type explains.
  /// - Returns: At most one line.
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
  /// The NumPy expression that brings numbers from 0 to `white` to bytes.
  fileprivate static func stretched(_ white: String) -> String {
    "(array / \(white) * 255).round().astype(\"uint8\")"
  }

  /// The end of NumPy expressions that make bytes of numbers from 0 to 255.
  private static let rounded = ".round().astype(\"uint8\")"

  /// The error for negative numbers.
  ///
  /// The remedy depends on where they end: signed bytes, overshoot by a resampling filter, pixels
  /// from −1 to 1, or pixels that were normalised by means and deviations.
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

  /// The error for parts of which one has whole numbers and the other floating-point ones.
  fileprivate var mixed: FormatError {
    .badData(
      "the images of one part are \(types[0]), those of the other \(types[1])",
      file: highestFile, remedy: "save both as the same type, with the same white")
  }

  /// The error for numbers above 255.
  ///
  /// Sensors with 10, 12, 14 or 16 bits are the usual origin, so that the remedy supposes the
  /// smallest of these whites that holds all numbers.
  fileprivate var tooLarge: FormatError {
    let white = [1023, 4095, 16_383, 65_535].first { highest <= $0 } ?? highest
    let remedy =
      highest < 256
      ? "save array.clip(0, 255)\(Self.rounded)"
      : "if \(Self.short(white)) is white, save \(Self.stretched(Self.short(white)))"
    return .badData("\(text), where pixels are up to 255", file: highestFile, remedy: remedy)
  }

  /// The error for floating-point numbers whose greatest one is neither near 1 nor near 255.
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
