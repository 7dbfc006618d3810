import Foundation

/// A file of CIFAR-10's binary version: records of a label and 32×32 pixels, all red values before
/// the green ones before the blue ones.
package struct CIFARFile: Equatable, Sendable {
  package let labels: [UInt8]
  /// Of shape [count, 32, 32, 3].
  package let pixels: [UInt8]

  package static let side = 32
  private static let plane = side * side
  /// Bytes of a record.
  package static let recordSize = 1 + 3 * plane

  /// Reads the bytes of a file; `file` is the name used in errors.
  ///
  /// Throws ``FormatError`` of kind `badData` where they are not whole records.
  package init(data: Data, file: String) throws {
    guard !data.isEmpty, data.count.isMultiple(of: Self.recordSize) else {
      throw FormatError.badData(
        "\(data.count) bytes, not a number of records of \(Self.recordSize)", file: file,
        remedy: "the file may be cut short: get it again")
    }
    let count = data.count / Self.recordSize
    var labels = [UInt8](repeating: 0, count: count)
    var pixels = [UInt8](repeating: 0, count: count * 3 * Self.plane)
    data.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in
      for record in 0..<count {
        let start = record * Self.recordSize
        labels[record] = bytes[start]
        for pixel in 0..<Self.plane {
          for channel in 0..<3 {
            pixels[3 * (record * Self.plane + pixel) + channel] =
              bytes[start + 1 + channel * Self.plane + pixel]
          }
        }
      }
    }
    (self.labels, self.pixels) = (labels, pixels)
  }
}
