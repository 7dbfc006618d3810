import Foundation

/// A file of CIFAR-10's binary version.
///
/// The file has no header: it is a sequence of records of 3073 bytes. Each record is one byte for
/// the label and 3 × 1024 bytes for the pixels of an image of 32×32, all red values row by row,
/// then all green and all blue ones. The published files hold 10,000 records each.
///
/// The initialiser turns the planes into the layout of this library, channels last. It does not
/// look at the values: whether a label is below 10 is checked where a data set is put together.
/// CIFAR-100 has two bytes of labels in a record and is not read.
package struct CIFARFile: Equatable, Sendable {
  /// The label of each record, as the file has it.
  package let labels: [UInt8]
  /// The pixels 0...255 of all records, of shape [count, 32, 32, 3].
  package let pixels: [UInt8]

  /// The height and the width of an image.
  package static let side = 32
  /// The number of pixels of an image, which is the number of bytes of one colour.
  private static let plane = side * side
  /// The number of bytes of a record: 3073.
  package static let recordSize = 1 + 3 * plane

  /// Reads the bytes of a file.
  ///
  /// - Parameters:
  ///   - data: The whole file, not compressed.
  ///   - file: The name used in errors.
  /// - Throws: ``FormatError`` of kind `badData` where the file is empty or its size is no multiple
  ///   of 3073. Nothing else about the format can be checked.
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
