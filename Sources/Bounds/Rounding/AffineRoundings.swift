import Tensors

/// How many terms an affine layer sums up, which decides how much rounding can change its outputs.
///
/// A layer that computes W·x + b states the largest number of products of an output, the same for
/// its transposed map, and the numbers that it multiplies by. The interval step and the backward
/// step in outward arithmetic follow from that and are written once
/// (``AffineRule/outwardRegion(_:_:)``).
public struct AffineRoundings: Sendable {
  /// The products of an output that has most of them; 0 for a layer that only moves or copies
  /// numbers.
  public let products: Int
  /// The products of a coefficient of the transposed map that has most of them; 0 where it only
  /// moves numbers.
  public let transposedProducts: Int
  /// The numbers that inputs are multiplied by.
  public let factors: [Tensor]
  /// At least the sum of the magnitudes of what makes up the offset, [channels] or [n]; nil where that
  /// is the offset's own magnitude. An offset that is itself a difference, as BatchNorm's is, has more
  /// to lose than its size shows.
  public let offsetMagnitude: Tensor?

  /// States a layer's roundings.
  ///
  /// - Parameters:
  ///   - products: The most products that an output sums up.
  ///   - transposedProducts: The same for the transposed map.
  ///   - factors: The numbers that inputs are multiplied by.
  ///   - offsetMagnitude: At least the magnitudes of what makes up the offset, if that is more than
  ///     its own.
  public init(
    products: Int, transposedProducts: Int, factors: [Tensor] = [], offsetMagnitude: Tensor? = nil
  ) {
    self.products = products
    self.transposedProducts = transposedProducts
    self.factors = factors
    self.offsetMagnitude = offsetMagnitude
  }

  /// Those of a layer that moves numbers and computes nothing.
  public static let none = AffineRoundings(products: 0, transposedProducts: 0)

  /// Whether neither map rounds.
  var isExact: Bool { products == 0 && transposedProducts == 0 }
}
