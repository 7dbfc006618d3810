import Foundation

/// An array of Float32 to be written in NumPy's `.npy` format: version 1, little-endian, C order.
///
/// The images of an attack are saved so, next to their pictures, because pictures are rounded to 8
/// bits and arrays are not. ``NPYFile`` describes the format.
package struct NPYArray: Equatable, Sendable {
  /// The lengths of the dimensions, outermost first; empty for a single number.
  package let shape: [Int]
  /// The elements in row-major order, as many as the product of ``shape``.
  package let scalars: [Float]

  /// Creates an array.
  ///
  /// - Precondition: The count of `scalars` is the product of `shape`.
  package init(shape: [Int], scalars: [Float]) {
    precondition(shape.reduce(1, *) == scalars.count, "\(scalars.count) scalars for \(shape)")
    (self.shape, self.scalars) = (shape, scalars)
  }

  /// The bytes of the file.
  ///
  /// The header is padded with spaces and ends with a line feed, so that the elements begin at a
  /// multiple of 64 bytes, as NumPy's own files do and as mapped arrays need.
  ///
  /// - Complexity: O(the number of elements).
  package var data: Data {
    let lengths = shape.map { "\($0)" }.joined(separator: ", ") + (shape.count == 1 ? "," : "")
    let text = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(lengths)), }"
    let padding = 63 - (10 + text.utf8.count) % 64
    let header = Array(text.utf8) + [UInt8](repeating: 0x20, count: padding) + [0x0a]
    var data = Data([0x93] + Array("NUMPY".utf8) + [1, 0])
    data.append(contentsOf: [UInt8(header.count & 0xff), UInt8(header.count >> 8)])
    data.append(contentsOf: header)
    data.reserveCapacity(data.count + 4 * scalars.count)
    let words = scalars.map(\.bitPattern.littleEndian)
    words.withUnsafeBytes { data.append(contentsOf: $0) }
    return data
  }
}
