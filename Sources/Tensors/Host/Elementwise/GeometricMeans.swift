import RealModule

/// Weighted geometric means of two numbers above zero, in Double.
///
/// They mix losses by a power (EXP-IBP). A loss may underflow to 0, where the logarithm is −∞ and
/// the derivative infinite; numbers below 1e-12 therefore count as 1e-12.
enum GeometricMeans {
  /// Returns x^(1 − weight) · y^weight.
  static func mean(_ x: Float, _ y: Float, weight: Float) -> Float {
    Float(.exp((1 - Double(weight)) * .log(floored(x)) + Double(weight) * .log(floored(y))))
  }

  /// Returns the derivative of a mean by an argument x that has the exponent `share` in it: share ·
  /// mean / x.
  static func derivative(_ mean: Float, by x: Float, share: Float) -> Float {
    share * mean / Float(floored(x))
  }

  /// Returns the number, or 1e-12 if it is below that; NaN stays.
  private static func floored(_ x: Float) -> Double { x < 1e-12 ? 1e-12 : Double(x) }
}
