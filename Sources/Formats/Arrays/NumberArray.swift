import Foundation

/// An array of numbers as a file holds it, in C order.
package struct NumberArray: Equatable, Sendable {
  /// The lengths of the dimensions, outermost first; empty for a single number.
  package let shape: [Int]
  package let element: NumberElement
  /// The elements in row-major order, as they are in the file.
  package let data: Data
  /// The name used in errors.
  package let file: String

  /// The number of elements.
  package var count: Int { data.count / element.size }

  /// Calls `body` with the number and the index of each element.
  package func forEach(_ body: (Double, Int) -> Void) {
    data.withUnsafeBytes { bytes in
      for index in 0..<count { body(element.number(element.bits(bytes, index)), index) }
    }
  }

  /// Bytes made of the bits of each element.
  package func map(_ body: (UInt64, Int) throws -> UInt8) throws -> [UInt8] {
    try data.withUnsafeBytes { bytes in
      try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        for index in 0..<count { buffer[index] = try body(element.bits(bytes, index), index) }
        filled = count
      }
    }
  }
}
