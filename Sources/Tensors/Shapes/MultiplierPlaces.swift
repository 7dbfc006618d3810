/// Where multipliers act on linear forms: for each example some scalars of the value that a form is
/// over, each with a point.
///
/// A decision of branch and bound that a scalar z lies on one side of a point p lets a bound add
/// multiples of z − p (β-CROWN, Wang et al. 2021). Examples may have different numbers of decisions;
/// the places left over hold none.
package struct MultiplierPlaces: Sendable {
  /// The number of examples.
  package let batch: Int
  /// The number of places of an example.
  package let count: Int
  /// For each example and place the scalar, in memory order; −1 where there is none.
  let scalars: [Int32]
  /// For each example and place the point p.
  let points: [Float]

  /// Whether some point is not 0, so that constants change.
  package var hasPoints: Bool { points.contains { $0 != 0 } }

  /// Lays out places.
  ///
  /// - Parameter examples: The scalars of each example with their points.
  package init(_ examples: [[(scalar: Int, point: Float)]]) {
    let count = examples.map(\.count).max() ?? 0
    (batch, self.count) = (examples.count, count)
    var scalars = [Int32](repeating: -1, count: examples.count * count)
    var points = [Float](repeating: 0, count: examples.count * count)
    for (example, places) in examples.enumerated() {
      for (place, (scalar, point)) in places.enumerated() {
        scalars[example * count + place] = Int32(scalar)
        points[example * count + place] = point
      }
    }
    (self.scalars, self.points) = (scalars, points)
  }
}
