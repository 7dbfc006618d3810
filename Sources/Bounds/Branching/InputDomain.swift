import Tensors

/// A box of inputs that is a node of branch and bound.
struct InputDomain {
  /// The ends of the box, in memory order.
  var lower: [Float]
  /// The upper ends.
  var upper: [Float]
  /// The best bound of a row.
  var bound: Float = -.infinity
  /// The inputs that may be halved next, the most promising first.
  var choices: [Int] = []
  /// The point at which the linear bound of the best row is least.
  var minimizer: [Float] = []

  /// Whether some row is proved.
  var isClosed: Bool { bound.isFinite && bound > 0 }

  /// The number of inputs that vary.
  var varying: Int { zip(lower, upper).count { $0 < $1 } }

  /// The two halves along an input; none where no number lies between its ends.
  func halves(of next: Int) -> [InputDomain] {
    let middle = lower[next] + (upper[next] - lower[next]) / 2
    guard middle > lower[next], middle < upper[next] else { return [] }
    var (one, other) = (self, self)
    one.upper[next] = middle
    other.lower[next] = middle
    return [one, other]
  }
}
