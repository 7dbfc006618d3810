/// Projections onto norm balls around 0, row by row, for attacks. They are in Float and up to
/// rounding, unlike those of ``BallRow``.
enum ProjectionKernel {
  /// Returns δ / max(1, ‖δ‖₂/ε) for each row of [rows, n]; the norm is summed in Double.
  static func l2(_ delta: DeviceArray, epsilon: Float) -> DeviceArray {
    mapRows(delta) { row in
      let norm = Float(row.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot())
      guard norm > epsilon else { return }
      for i in row.indices { row[i] *= epsilon / norm }
    }
  }

  /// Returns the Euclidean projection of each row on ‖δ‖₁ ≤ ε (Duchi et al. 2008): soft
  /// thresholding by the one number that makes the norm ε, found by sorting.
  static func l1(_ delta: DeviceArray, epsilon: Float) -> DeviceArray {
    mapRows(delta) { row in
      guard row.reduce(0, { $0 + $1.magnitude }) > epsilon else { return }
      var (sum, threshold): (Float, Float) = (0, 0)
      for (index, value) in row.map(\.magnitude).sorted(by: >).enumerated() {
        sum += value
        let candidate = (sum - epsilon) / Float(index + 1)
        if candidate >= value { break }
        threshold = candidate
      }
      for i in row.indices {
        row[i] = (row[i] < 0 ? -1 : 1) * max(row[i].magnitude - threshold, 0)
      }
    }
  }

  /// Returns rows scaled to ‖·‖₂ = 1; zero rows stay.
  static func unitRows(_ x: DeviceArray) -> DeviceArray {
    mapRows(x) { row in
      let norm = Float(row.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot())
      guard norm > 0 else { return }
      for i in row.indices { row[i] /= norm }
    }
  }

  /// Runs `body` on each row of a copy, rows in parallel.
  private static func mapRows(
    _ x: DeviceArray, _ body: (UnsafeMutableBufferPointer<Float>) -> Void
  ) -> DeviceArray {
    var out = x
    let rows = x.shape[0]
    let n = x.count / max(rows, 1)
    let start = out.ownPointer()
    parallelRanges(rows, work: x.count) { range in
      for row in range { body(UnsafeMutableBufferPointer(start: start + row * n, count: n)) }
    }
    keepAlive(out)
    return out
  }
}
