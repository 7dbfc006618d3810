import Foundation

extension NPYFile {
  /// The elements as pixels 0...255: unsigned bytes as they are, Float32 and Float64 as the
  /// multiples of 1/255 that they are.
  ///
  /// Throws ``FormatError`` of kind `badData` for other elements, and for a number that is not
  /// within 1e-6 of a multiple of 1/255 from 0 to 1, which as a byte would be another image.
  func pixels() throws -> [UInt8] {
    if element.kind == .unsigned, element.size == 1 { return [UInt8](data) }
    guard element.kind == .float else {
      throw FormatError.badData(
        "whole numbers of \(element.size) bytes, where pixels are uint8, float32 or float64",
        file: file, remedy: "save it with .astype(\"uint8\")")
    }
    return try map { bits, index in
      let value =
        element.size == 4
        ? Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits))) : Double(bitPattern: bits)
      let byte = (value * 255).rounded()
      guard (0...255).contains(byte), abs(value - byte / 255) <= 1e-6 else {
        throw FormatError.badData(
          "element \(index) is \(value), not a multiple of 1/255 from 0 to 1", file: file,
          remedy: "save bytes: (array * 255).round().astype(\"uint8\")")
      }
      return UInt8(byte)
    }
  }

  /// The elements as labels 0...255, from whole numbers of any size.
  ///
  /// Throws ``FormatError`` of kind `badData` for other elements, and for a number out of range.
  func labels() throws -> [UInt8] {
    guard element.kind != .float else {
      throw FormatError.badData(
        "labels must be whole numbers", file: file, remedy: "save it with .astype(\"uint8\")")
    }
    return try map { bits, index in
      guard bits <= 255 else {
        let value = element.kind == .signed ? "\(Int64(bitPattern: bits))" : "\(bits)"
        throw FormatError.badData(
          "is \(value), where labels are 0 to 255", file: file, at: .label(index))
      }
      return UInt8(bits)
    }
  }

  private func map(_ body: (UInt64, Int) throws -> UInt8) throws -> [UInt8] {
    try data.withUnsafeBytes { bytes in
      try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        for index in 0..<count { buffer[index] = try body(element.bits(bytes, index), index) }
        filled = count
      }
    }
  }
}

extension LabeledImages {
  /// Reads images of shape [count, height, width] or [count, height, width, channels] and labels of
  /// shape [count].
  ///
  /// - Parameter classes: nil for the largest label and one more.
  /// Throws ``FormatError`` where the arrays are not that or do not fit each other.
  init(images: NPYFile, labels: NPYFile, classes: Int?) throws {
    guard (3...4).contains(images.shape.count) else {
      throw FormatError.badData(
        "shape \(FormatError.shortened("\(images.shape)")), not [count, height, width] or "
          + "[count, height, width, channels]", file: images.file)
    }
    guard labels.shape.count == 1 else {
      throw FormatError.badData(
        "shape \(FormatError.shortened("\(labels.shape)")), not the one dimension of labels",
        file: labels.file)
    }
    let numbers = try labels.labels()
    try self.init(
      height: images.shape[1], width: images.shape[2],
      channels: images.shape.count == 4 ? images.shape[3] : 1, pixels: images.pixels(),
      labels: numbers, classes: classes ?? Int(numbers.max() ?? 0) + 1, imagesFile: images.file,
      labelsFile: labels.file)
  }
}
