/// What is refused since sums would not fit 128 bits or a check would not end.
enum Limits {
  /// The products of a sum.
  static let products = 1 << 20
  /// The scalars of a value of the network, and any extent.
  static let scalars = 1 << 22
  /// The scalars of all values together.
  static let allScalars = 1 << 24
  /// The products of all layers together.
  static let allProducts = 1 << 36
  /// Values stay below 2 to the power of this.
  static let top = 100
  /// The bytes of a file.
  static let fileSize = 1_000_000_000

  /// Returns the product of extents, each of which is at least 1.
  static func product(
    _ extents: [Int], atMost limit: Int, of what: String
  ) throws(CheckError) -> Int {
    var product = 1
    for extent in extents {
      guard 1...limit ~= extent else { throw CheckError("\(what) has an extent of \(extent)") }
      product *= extent
      guard product <= limit else { throw CheckError("\(what) has more than \(limit) scalars") }
    }
    return product
  }
}
