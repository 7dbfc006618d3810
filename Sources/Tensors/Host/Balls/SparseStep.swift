/// The step of steepest descent in ℓ1, spread over some coordinates: those with the largest
/// derivatives that can move at all. A coordinate at an end of the box cannot, if it would have to
/// leave.
struct SparseStep {
  /// What the step goes against.
  let gradient: UnsafeBufferPointer<Float>
  /// Where the step starts.
  let point: UnsafeBufferPointer<Float>
  /// The lower end of the box, the same for every coordinate.
  let low: Float
  /// The upper end of the box.
  let high: Float

  /// Returns the bits of |derivative|, which order as the numbers do; 0 for coordinates that cannot
  /// move.
  private func rank(_ i: Int) -> UInt32 {
    let slope = gradient[i]
    let isStuck = slope > 0 ? point[i] <= low : point[i] >= high
    return isStuck || slope.isNaN ? 0 : slope.magnitude.bitPattern
  }

  /// Adds −sign(derivative) · length / count to `count` coordinates of δ, or to as many as can
  /// move. Of equal derivatives the first coordinates are taken.
  func add(to move: UnsafeMutableBufferPointer<Double>, count: Int, length: Double) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: gradient.count) { ranks in
      var movable = 0
      for i in gradient.indices {
        ranks.initializeElement(at: i, to: rank(i))
        if ranks[i] > 0 { movable += 1 }
      }
      let count = min(max(count, 1), movable)
      guard count > 0 else { return }
      let least = Self.largest(count, of: UnsafeBufferPointer(ranks))
      var ties = count - ranks.reduce(0) { $0 + ($1 > least ? 1 : 0) }
      for i in gradient.indices where ranks[i] >= least {
        if ranks[i] == least {
          guard ties > 0 else { continue }
          ties -= 1
        }
        move[i] -= (gradient[i] > 0 ? length : -length) / Double(count)
      }
    }
  }

  /// Returns the least of the `count` largest numbers, found bit by bit from the highest on: it is
  /// the largest number that at least `count` of them reach. No sort is needed.
  private static func largest(_ count: Int, of numbers: UnsafeBufferPointer<UInt32>) -> UInt32 {
    var result: UInt32 = 0
    for bit in (0..<31).reversed() {
      let candidate = result | 1 << UInt32(bit)
      var reached: UInt32 = 0
      for number in numbers { reached &+= number >= candidate ? 1 : 0 }
      if reached >= count { result = candidate }
    }
    return result
  }
}
