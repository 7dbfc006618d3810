import Formats

/// What the numbers of arrays of images are like.
struct PixelRange: Equatable {
  var lowest = Double.infinity
  var highest = -Double.infinity
  /// The file that has the number that is furthest out.
  var lowestFile = ""
  var highestFile = ""
  /// NumPy's names of the types.
  var types: [String] = []
  var hasFractions = false

  /// Throws ``FormatError`` for NaN, infinity and elements that are true or false.
  init(of arrays: [NumberArray]) throws {
    for array in arrays { try add(array) }
  }

  private mutating func add(_ array: NumberArray) throws {
    guard array.element.kind != .boolean else {
      throw FormatError.badData(
        "elements of type bool, where pixels are numbers", file: array.file,
        remedy: "save array.astype(\"uint8\") * 255")
    }
    if !types.contains(array.element.name) { types.append(array.element.name) }
    if array.element == .byte {
      extend(Double(array.lowestByte), Double(array.highestByte), array.file)
      return
    }
    var (low, high, fractions, bad) = (Double.infinity, -Double.infinity, false, Int?.none)
    array.forEach { value, index in
      low = min(low, value)
      high = max(high, value)
      if value != value.rounded() { fractions = true }
      if !value.isFinite, bad == nil { bad = index }
    }
    if let bad {
      throw FormatError.badData(
        "element \(bad) is NaN or infinite, where pixels are from 0 to 1 or from 0 to 255",
        file: array.file)
    }
    extend(low, high, array.file)
    hasFractions = hasFractions || fractions
  }

  private mutating func extend(_ low: Double, _ high: Double, _ file: String) {
    if low < lowest { (lowest, lowestFile) = (low, file) }
    if high > highest { (highest, highestFile) = (high, file) }
  }

  /// Such as "float32 from 0 to 1".
  var text: String {
    "\(types.joined(separator: " and ")) from \(Self.short(lowest)) to \(Self.short(highest))"
  }

  /// A number with up to six digits, whole ones without a point.
  static func short(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(Float(value))"
  }
}

extension NumberArray {
  /// The least of the file's bytes, in one plain loop: data sets of bytes are the rule, and large.
  fileprivate var lowestByte: UInt8 {
    data.withUnsafeBytes { bytes in bytes.reduce(.max) { min($0, $1) } }
  }

  fileprivate var highestByte: UInt8 {
    data.withUnsafeBytes { bytes in bytes.reduce(0) { max($0, $1) } }
  }
}
