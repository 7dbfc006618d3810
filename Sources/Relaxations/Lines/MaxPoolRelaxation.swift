/// Lines around the maximum y of a window whose elements x_j lie in intervals [l_j, u_j].
///
/// Below, any element bounds the maximum: y ≥ x_j, and j is the one with the largest lower end.
///
/// Above, let k be the element with the largest upper end u_k, and v the largest upper end of the
/// others. Then y ≤ max(x_k, v), a ReLU of x_k moved by v, so its chord over [l_k, u_k] is an upper
/// line: through (l_k, v) and (u_k, u_k). Where v ≤ l_k the element dominates and y = x_k. (The
/// usual choice, the constant u_k, lies above it everywhere but at the upper end.)
///
/// Both lines depend on one element each, so a form over the maxima becomes a sparse one over the
/// image. The kernel of max pooling makes a value for each window, in linear forms and in their
/// gradients.
package struct MaxPoolRelaxation {
  /// The place of the element that bounds the maximum from below.
  package var below = 0
  /// The place of the element, k, that bounds the maximum from above.
  package var above = 0
  /// The element with the largest upper end but one; `above` where there is no other.
  package var second = 0
  /// The slope of the upper line over element `above`, between 0 and 1.
  package var slope: Float = 1
  /// The intercept of the upper line; NaN where an end of the window is NaN or the line would not
  /// be finite, so that it reaches the bound.
  package var intercept: Float = 0

  /// Chooses the lines of a window.
  ///
  /// - Parameters:
  ///   - places: The elements of the window, one at least.
  ///   - lower: The lower end at a place.
  ///   - upper: The upper end at a place.
  package init(
    _ places: some Sequence<Int>, lower: (Int) -> Float, upper: (Int) -> Float
  ) {
    var (best, next) = (-Float.infinity, -Float.infinity)
    var (largestLower, hasNaN, isFirst) = (-Float.infinity, false, true)
    for place in places {
      let (l, u) = (lower(place), upper(place))
      if isFirst { (below, above, second, isFirst) = (place, place, place, false) }
      if l > largestLower { (largestLower, below) = (l, place) }
      if u > best {
        (next, second) = (best, above)
        (best, above) = (u, place)
      } else if u > next {
        (next, second) = (u, place)
      }
      hasNaN = hasNaN || l.isNaN || u.isNaN
    }
    if hasNaN {
      intercept = .nan
    } else {
      setLine(Double(lower(above)), Double(best), Double(next))
    }
  }

  /// Sets the upper line: the chord with its slope rounded to Float, raised to hold at both ends.
  ///
  /// The intercept is computed in Double for the rounded slope and rounded up. A chord over the
  /// convex max(x, v) that holds at both ends holds between them.
  private mutating func setLine(_ l: Double, _ u: Double, _ v: Double) {
    guard v > l else { return }
    slope = Float((u - v) / (u - l))
    // Both ends are tried, since the rounded slope makes the line through one of them miss the
    // other. The products of two Floats are exact in Double.
    let exact = max(v - Double(slope) * l, u - Double(slope) * u)
    let nearest = Float(exact)
    intercept = Double(nearest) < exact ? nearest.nextUp : nearest
    if exact.isNaN || exact.isInfinite { intercept = .nan }
  }

  /// Returns the derivatives of slope and intercept by l_k, u_k and v; all zero where the element
  /// dominates, since its line is then x_k itself.
  ///
  /// They are those of s = (u − v)/(u − l) and of v − s·l, without the roundings of the line.
  package func derivatives(
    _ l: Float, _ u: Float, _ v: Float
  ) -> (slope: (l: Float, u: Float, v: Float), intercept: (l: Float, u: Float, v: Float)) {
    guard second != above, v > l, u > l else { return ((0, 0, 0), (0, 0, 0)) }
    let width = u - l
    let s = (u - v) / width
    let bySlope = (l: s / width, u: (1 - s) / width, v: -1 / width)
    return (bySlope, (-s - l * bySlope.l, -l * bySlope.u, 1 - l * bySlope.v))
  }
}
