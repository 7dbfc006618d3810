import Tensors

/// A decision of branch and bound: a scalar of a value lies on one side of a point.
///
/// The inputs of a domain for which both sides are bounded are covered by the two, whatever the
/// point is; the point itself belongs to both. In front of a ReLU the point is 0, and both sides are
/// linear.
package struct Split: Hashable, Sendable {
  /// The number of the value, 1 or more: the input is split otherwise (``InputDomain``).
  package let value: Int
  /// The scalar in the value, in memory order.
  package let scalar: Int
  /// The point p.
  package let point: Float
  /// Whether the scalar is at least p; else it is at most p.
  package let isAbove: Bool

  /// The same decision for the other side.
  var opposite: Split { Split(value: value, scalar: scalar, point: point, isAbove: !isAbove) }
}

extension Interval {
  /// The intervals with what decisions leave of them, one list of decisions for each example.
  ///
  /// The ends that remain hold in spite of rounding. In front of a ReLU the end at 0 is exact, so
  /// that the neuron counts as decided.
  func cut(by decisions: [[Split]]) -> Interval {
    var (center, radius) = (center, radius)
    let size = center.count / max(decisions.count, 1)
    center.modify { center in
      radius.modify { radius in
        for (example, decisions) in decisions.enumerated() {
          for split in decisions {
            let i = example * size + split.scalar
            let (c, r, p) = (Double(center[i]), Double(radius[i]), Double(split.point))
            // Ends are Floats, so that half of one beside 0 is exact, and the neuron decided.
            let (l, u) = (Double(Float(roundedDown: c - r)), Double(Float(roundedUp: c + r)))
            let (low, high) = split.isAbove ? (max(l, p), u) : (l, min(u, p))
            center[i] = Float(low / 2 + high / 2)
            let half = max(high - Double(center[i]), Double(center[i]) - low)
            radius[i] = Float(roundedUp: half)
          }
        }
      }
    }
    return Interval(center: center, radius: radius)
  }
}
