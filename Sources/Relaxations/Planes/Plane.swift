/// An affine function of the logits, slopes·z + intercept: what a line is to a function of one
/// number.
package struct Plane {
  /// One slope for each logit.
  package var slopes: [Double]
  /// The value where all logits are 0.
  package var intercept: Double

  /// The plane of the given slopes with a value at a point.
  init(slopes: [Double], value: Double, at point: [Double]) {
    self.slopes = slopes
    intercept = value - zip(slopes, point).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// Makes a plane that has the same value everywhere.
  package init(constant: Double, count: Int) {
    (slopes, intercept) = ([Double](repeating: 0, count: count), constant)
  }

  /// Returns the plane's value at a point, one number for each logit.
  func value(at point: [Double]) -> Double {
    zip(slopes, point).reduce(intercept) { $0 + $1.0 * $1.1 }
  }

  /// Whether all its numbers are finite. A plane that is not is passed over for another one.
  var isFinite: Bool { intercept.isFinite && slopes.allSatisfy(\.isFinite) }

  /// Returns the least and the largest value on a box.
  func range(on box: LogitBox) -> (lower: Double, upper: Double) {
    var (low, high) = (intercept, intercept)
    for (i, slope) in slopes.enumerated() {
      low += min(slope * box.lower[i], slope * box.upper[i])
      high += max(slope * box.lower[i], slope * box.upper[i])
    }
    return (low, high)
  }
}
