import Formats

/// What the numbers of arrays of images are like: their types and the range of their values.
///
/// Nobody declares in a file whether white is 1 or 255. ``PixelScale`` concludes it from this
/// summary, and errors quote it, so that users see at a glance what is wrong with an array.
struct PixelRange: Equatable {
  /// The least number of all arrays; +∞ where there are no numbers.
  var lowest = Double.infinity
  /// The greatest number of all arrays; −∞ where there are no numbers.
  var highest = -Double.infinity
  /// The file that has the least number, for errors about it.
  var lowestFile = ""
  /// The file that has the greatest number, for errors about it.
  var highestFile = ""
  /// NumPy's names of the element types, each once, such as `float32`.
  var types: [String] = []

  /// Examines arrays of images.
  ///
  /// - Parameter arrays: The arrays that are to be read alike; without any, ``types`` is empty.
  /// - Throws: ``FormatError`` of kind `badData` for NaN and infinity, with the index of the first
  ///   such element, and for elements that are true or false.
  /// - Complexity: O(n) in the number of elements.
  init(of arrays: [NumberArray]) throws {
    for array in arrays { try add(array) }
  }

  /// Takes one array into the summary.
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
    // The search goes on behind a NaN, which min and max may or may not pass on; the range is not
    // used then, since the error is thrown.
    var (low, high, bad) = (Double.infinity, -Double.infinity, Int?.none)
    array.forEach { value, index in
      low = min(low, value)
      high = max(high, value)
      if !value.isFinite, bad == nil { bad = index }
    }
    if let bad {
      throw FormatError.badData(
        "element \(bad) is NaN or infinite, where pixels are from 0 to 1 or from 0 to 255",
        file: array.file)
    }
    extend(low, high, array.file)
  }

  /// Widens the range to hold two numbers that a file has.
  private mutating func extend(_ low: Double, _ high: Double, _ file: String) {
    if low < lowest { (lowest, lowestFile) = (low, file) }
    if high > highest { (highest, highestFile) = (high, file) }
  }

  /// The types and the range in words, such as `float32 from 0 to 1`.
  var text: String {
    "\(types.joined(separator: " and ")) from \(Self.short(lowest)) to \(Self.short(highest))"
  }

  /// Returns a number as errors show it: a whole one without a point, any other with the digits
  /// that identify it as a Float.
  static func short(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(Float(value))"
  }
}

extension NumberArray {
  /// The least of the bytes, in one plain loop without a closure for each element: data sets of
  /// bytes are the rule, and large.
  fileprivate var lowestByte: UInt8 {
    data.withUnsafeBytes { bytes in bytes.reduce(.max) { min($0, $1) } }
  }

  /// The greatest of the bytes, in one plain loop.
  fileprivate var highestByte: UInt8 {
    data.withUnsafeBytes { bytes in bytes.reduce(0) { max($0, $1) } }
  }
}
