/// An affine function of logits.
package struct Plane {
  package var slopes: [Double]
  package var intercept: Double

  /// The plane of the given slopes with a value at a point.
  init(slopes: [Double], value: Double, at point: [Double]) {
    self.slopes = slopes
    intercept = value - zip(slopes, point).reduce(0) { $0 + $1.0 * $1.1 }
  }

  package init(constant: Double, count: Int) {
    (slopes, intercept) = ([Double](repeating: 0, count: count), constant)
  }

  func value(at point: [Double]) -> Double {
    zip(slopes, point).reduce(intercept) { $0 + $1.0 * $1.1 }
  }

  var isFinite: Bool { intercept.isFinite && slopes.allSatisfy(\.isFinite) }

  /// The least and largest value on a box.
  func range(on box: LogitBox) -> (lower: Double, upper: Double) {
    var (low, high) = (intercept, intercept)
    for (i, slope) in slopes.enumerated() {
      low += min(slope * box.lower[i], slope * box.upper[i])
      high += max(slope * box.lower[i], slope * box.upper[i])
    }
    return (low, high)
  }
}
