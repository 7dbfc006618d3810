import Tensors

/// The decisions on the scalars of one value in a batch of domains, as backward passes use them.
struct SplitPlaces: Sendable {
  /// The scalars with their points, for each domain.
  let places: MultiplierPlaces
  /// [batch, rows, places.count]: the natural size of each multiplier, negative where the scalar is
  /// above its point.
  let weights: Tensor
}

extension SplitPlaces {
  /// Gathers the decisions on one value.
  ///
  /// - Parameters:
  ///   - decisions: All decisions of each domain.
  ///   - chosen: For each domain the places among them of those on the value.
  ///   - weights: For each domain and decision a size for each row.
  init(_ decisions: [[Split]], _ chosen: [[Int]], weights: [[[Float]]]) {
    places = MultiplierPlaces(
      zip(decisions, chosen).map { d, c in c.map { (d[$0].scalar, d[$0].point) } })
    let rows = weights.lazy.joined().first?.count ?? 1
    var numbers = [Float](repeating: 0, count: decisions.count * rows * places.count)
    for (domain, chosen) in chosen.enumerated() {
      for (place, i) in chosen.enumerated() {
        let sign: Float = decisions[domain][i].isAbove ? -1 : 1
        for row in 0..<rows {
          numbers[(domain * rows + row) * places.count + place] = sign * weights[domain][i][row]
        }
      }
    }
    self.weights = Tensor(shape: [decisions.count, rows, places.count], numbers)
  }
}
