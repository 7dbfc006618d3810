import Foundation

/// An array of Float32 to be written in NumPy's `.npy` format (version 1, little-endian, C order).
package struct NPYArray: Equatable, Sendable {
  package let shape: [Int]
  /// In row-major order.
  package let scalars: [Float]

  package init(shape: [Int], scalars: [Float]) {
    precondition(shape.reduce(1, *) == scalars.count, "\(scalars.count) scalars for \(shape)")
    (self.shape, self.scalars) = (shape, scalars)
  }

  /// The bytes of the file; the elements begin at a multiple of 64.
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
