import RealModule

/// Weighted geometric means of two numbers.
enum GeometricMeans {
  /// x^(1 − weight) · y^weight.
  static func mean(_ x: Float, _ y: Float, weight: Float) -> Float {
    Float(.exp((1 - Double(weight)) * .log(floored(x)) + Double(weight) * .log(floored(y))))
  }

  /// The derivative of a mean by an argument that has a share in it.
  static func derivative(_ mean: Float, by x: Float, share: Float) -> Float {
    share * mean / Float(floored(x))
  }

  private static func floored(_ x: Float) -> Double { x < 1e-12 ? 1e-12 : Double(x) }
}
