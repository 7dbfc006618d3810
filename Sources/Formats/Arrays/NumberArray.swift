import Foundation

/// An array of numbers as a file holds it: a shape, an element type, and raw bytes in C order.
///
/// ``NPYFile`` and ``IDXFile`` make these arrays, and the data sets turn them into pixels and
/// labels. The elements stay in the file's own type and byte order until somebody asks for them,
/// because the range of all values has to be known before one can say whether pixels run from 0 to
/// 1 or from 0 to 255. The array shares the memory of the file where it can.
///
/// The readers guarantee that `data` holds exactly the elements of `shape`.
package struct NumberArray: Equatable, Sendable {
  /// The lengths of the dimensions, outermost first; empty for a single number.
  package let shape: [Int]
  /// The type and byte order of an element.
  package let element: NumberElement
  /// The elements in row-major order, ``NumberElement/size`` bytes each, exactly as the file has
  /// them.
  ///
  /// It may be a slice of the file, whose first index is then not 0.
  package let data: Data
  /// The name of the file, used in the errors of whoever converts the elements.
  package let file: String

  /// The number of elements, which is the product of ``shape``.
  package var count: Int { data.count / element.size }

  /// Calls `body` with each element as a number, and with its index in row-major order.
  ///
  /// - Parameter body: Gets the value, which is rounded to nearest for integers of more than 53
  ///   bits, and the index.
  /// - Complexity: O(``count``).
  package func forEach(_ body: (Double, Int) -> Void) {
    data.withUnsafeBytes { bytes in
      for index in 0..<count { body(element.number(element.bits(bytes, index)), index) }
    }
  }

  /// Converts each element to a byte.
  ///
  /// - Parameter body: Gets the bits of an element, as ``NumberElement/number(_:)`` takes them, and
  ///   its index in row-major order; it returns the byte or throws.
  /// - Returns: One byte for each element, in row-major order.
  /// - Throws: What `body` throws.
  /// - Complexity: O(``count``).
  package func map(_ body: (UInt64, Int) throws -> UInt8) throws -> [UInt8] {
    try data.withUnsafeBytes { bytes in
      try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        for index in 0..<count { buffer[index] = try body(element.bits(bytes, index), index) }
        filled = count
      }
    }
  }
}
