/// The exact least value of a network of two inputs over a box: dense layers with ReLUs between them.
///
/// The box is cut along the lines on which pre-activations are 0. In each part the network is affine,
/// so that its least value is that at a corner. Corners have homogeneous coordinates (x·w, y·w, w):
/// lines meet in sums and products alone, which are exact (``Dyadic``).
package struct ExactPlane {
  /// A dense layer: weights [outputs][inputs] and biases [outputs].
  package struct Dense {
    package let weights: [[Float]]
    package let biases: [Float]

    package init(weights: [[Float]], biases: [Float]) {
      (self.weights, self.biases) = (weights, biases)
    }
  }

  /// A vector of three: a corner, or an affine function of the plane.
  private typealias Triple = (x: Dyadic, y: Dyadic, w: Dyadic)

  private let layers: [Dense]

  /// - Parameter layers: The last one has no ReLU behind it, and one output.
  package init(_ layers: [Dense]) { self.layers = layers }

  /// A quotient of exact numbers; the divisor is positive.
  package struct Value {
    let numerator: Dyadic
    let denominator: Dyadic

    /// Whether it is above a number.
    package func isAbove(_ x: Double) -> Bool {
      (numerator - Dyadic(x) * denominator).sign > 0
    }

    /// The number to some digits.
    package var approximation: Double { numerator.approximation / denominator.approximation }
  }

  /// Returns the least value over a box.
  package func minimum(lower: [Float], upper: [Float]) -> Value {
    let one = Dyadic(1.0)
    let (l, u) = (lower.map { Dyadic($0) }, upper.map { Dyadic($0) })
    let corners: [Triple] = [
      (l[0], l[1], one), (u[0], l[1], one), (u[0], u[1], one), (l[0], u[1], one),
    ]
    let inputs: [Triple] = [(one, .zero, .zero), (.zero, one, .zero)]
    return Self.least(layers[...], inputs, corners)!
  }

  /// The least value over a part of the plane on which some values are affine.
  private static func least(
    _ layers: ArraySlice<Dense>, _ values: [Triple], _ corners: [Triple]
  ) -> Value? {
    guard let layer = layers.first, corners.count > 0 else { return nil }
    let outputs = zip(layer.weights, layer.biases).map { weights, bias -> Triple in
      zip(weights, values).reduce((Dyadic.zero, .zero, Dyadic(bias))) { sum, term in
        let weight = Dyadic(term.0)
        return (
          sum.x + weight * term.1.x, sum.y + weight * term.1.y, sum.w + weight * term.1.w
        )
      }
    }
    if layers.count == 1 { return least(outputs[0], at: corners) }
    return least(behind: outputs[...], [], layers.dropFirst(), corners)
  }

  /// Cuts a part along the lines of the remaining pre-activations, and goes on behind their ReLUs.
  private static func least(
    behind pending: ArraySlice<Triple>, _ known: [Triple], _ layers: ArraySlice<Dense>,
    _ corners: [Triple]
  ) -> Value? {
    guard let first = pending.first else { return least(layers, known, corners) }
    let signs = corners.map { dot(first, $0).sign }
    let zero: Triple = (.zero, .zero, .zero)
    var found: [Value?] = []
    if signs.contains(where: { $0 > 0 }) || !signs.contains(where: { $0 < 0 }) {
      let part = clipped(corners, by: first)
      found.append(least(behind: pending.dropFirst(), known + [first], layers, part))
    }
    if signs.contains(where: { $0 < 0 }) {
      let negative: Triple = (-first.x, -first.y, -first.w)
      let part = clipped(corners, by: negative)
      found.append(least(behind: pending.dropFirst(), known + [zero], layers, part))
    }
    return found.compactMap(\.self).min(by: isLess)
  }

  private static func least(_ function: Triple, at corners: [Triple]) -> Value? {
    corners.map { Value(numerator: dot(function, $0), denominator: $0.w) }.min(by: isLess)
  }

  private static func isLess(_ a: Value, _ b: Value) -> Bool {
    a.numerator * b.denominator < b.numerator * a.denominator
  }

  private static func dot(_ a: Triple, _ b: Triple) -> Dyadic { a.x * b.x + a.y * b.y + a.w * b.w }

  /// The part of a convex polygon on which a function is at least 0.
  private static func clipped(_ corners: [Triple], by function: Triple) -> [Triple] {
    let heights = corners.map { dot(function, $0) }
    var result: [Triple] = []
    for (i, corner) in corners.enumerated() {
      let next = (i + 1) % corners.count
      if heights[i].sign >= 0 { result.append(corner) }
      guard heights[i].sign * heights[next].sign < 0 else { continue }
      // Where the edge meets the line; both factors are positive, and so is the new w.
      let (a, b) = heights[i].sign > 0 ? (i, next) : (next, i)
      let (p, q) = (heights[a], -heights[b])
      result.append(
        (
          corners[b].x * p + corners[a].x * q, corners[b].y * p + corners[a].y * q,
          corners[b].w * p + corners[a].w * q
        ))
    }
    return result
  }
}
