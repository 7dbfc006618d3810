/// One row of a batch of norm balls within a box: the move δ away from the centre, in double
/// precision, with what attacks ask of it.
///
/// The methods change δ in place; ``write(to:)`` then makes a point of it. The centre lies in the
/// box, so δ = 0 is allowed and every bound of δ includes it. Where it does not, callers write NaN
/// instead (``isCentered``).
struct BallRow {
  /// The largest norm of δ.
  let epsilon: Double
  /// The lower end of the box, the same for every coordinate; −∞ for none.
  let low: Double
  /// The upper end of the box; ∞ for none.
  let high: Double
  /// The centre, as many coordinates as δ has.
  let center: UnsafeBufferPointer<Float>
  /// δ, working memory of the caller.
  let move: UnsafeMutableBufferPointer<Double>

  /// Whether the centre lies in the box. Nothing can be said of a set whose centre does not.
  var isCentered: Bool { !center.contains { Double($0) < low || Double($0) > high } }

  /// Returns the nearest value of δᵢ that keeps the coordinate in the box.
  private func clipped(_ value: Double, _ i: Int) -> Double {
    max(min(value, high - Double(center[i])), low - Double(center[i]))
  }

  /// Returns how far δᵢ may go to the side of a number: up if it is positive, else down.
  private func room(_ i: Int, toward side: Double) -> Double {
    side > 0 ? high - Double(center[i]) : Double(center[i]) - low
  }

  /// Makes δ clip(s·δ) with the largest s up to `limit` for which ‖·‖₂ ≤ ε: at limit 1 the
  /// Euclidean projection, at ∞ the point of the set farthest along δ.
  ///
  /// s = √((ε² − Σ clipped²) / Σ free²) with what was clipped at the last s grows to the answer
  /// from below. So if it ends early, after 200 rounds or at a step too small for a Double, δ lies
  /// inside the ball.
  func scale(limit: Double) {
    var scale = 0.0
    for _ in 0..<200 {
      var (fixed, free) = (0.0, 0.0)
      for i in move.indices {
        let value = scale * move[i]
        let inside = clipped(value, i)
        if inside == value { free += move[i] * move[i] } else { fixed += inside * inside }
      }
      guard free > 0 else { break }
      let next = min((max(epsilon * epsilon - fixed, 0) / free).squareRoot(), limit)
      guard next > scale * (1 + 0x1p-48) else { break }
      scale = next
    }
    for i in move.indices { move[i] = clipped(scale * move[i], i) }
  }

  /// Makes δ its Euclidean projection on ‖·‖₁ ≤ ε in the box: clip(sign(δ)·max(|δ| − τ, 0)) with
  /// the smallest τ ≥ 0 for which the norm is at most ε (Croce and Hein 2021, proposition 1).
  ///
  /// The norm falls with τ, piecewise linearly. Newton's steps find the τ between bounds that close
  /// in on it, halving where a step would leave them; the upper bound, at which the norm is known
  /// to be at most ε, is taken in the end.
  func threshold() {
    var tau = 0.0
    var (below, above) = (0.0, 0.0)
    for i in move.indices { above = max(above, move[i].magnitude) }
    for _ in 0..<200 {
      let (norm, slope) = shrunkNorm(tau)
      if norm <= epsilon {
        above = tau
        if tau == 0 || norm >= epsilon * (1 - 0x1p-40) { break }
      } else {
        below = tau
      }
      // Newton's step aims a little inside the ball. Aimed at ε itself it could end at a norm that
      // rounding leaves above ε, so that `above` would not move.
      var next = tau + (norm - epsilon * (1 - 0x1p-41)) / slope
      if !(next > below && next < above) { next = (below + above) / 2 }
      guard next > below, next < above else { break }
      tau = next
    }
    for i in move.indices {
      let rest = max(move[i].magnitude - above, 0)
      move[i] = clipped(move[i] < 0 ? -rest : rest, i)
    }
  }

  /// Returns ‖·‖₁ of δ shrunk by τ and clipped, and how fast it falls with τ: by 1 for each
  /// coordinate that is neither 0 nor clipped.
  private func shrunkNorm(_ tau: Double) -> (norm: Double, slope: Double) {
    var (norm, slope) = (0.0, 0.0)
    for i in move.indices {
      let rest = move[i].magnitude - tau
      guard rest > 0 else { continue }
      let room = room(i, toward: move[i])
      norm += min(rest, room)
      if rest < room { slope += 1 }
    }
    return (norm, slope)
  }

  /// Makes δ the point with the least ⟨gradient, δ⟩ over ‖δ‖₁ ≤ ε in the box: the coordinates with
  /// the largest derivatives go as far as there is room, until ε is spent.
  func spend(against gradient: UnsafeBufferPointer<Float>) {
    move.update(repeating: 0)
    var left = epsilon
    let order = gradient.indices.filter { gradient[$0] != 0 }
      .sorted { gradient[$0].magnitude > gradient[$1].magnitude }
    for i in order {
      guard left > 0 else { return }
      let side: Double = gradient[i] > 0 ? -1 : 1
      let length = min(left, room(i, toward: side))
      move[i] = side * length
      left -= length
    }
  }

  /// Writes c + δ, each coordinate rounded towards the centre, so that no distance grows.
  func write(to out: UnsafeMutablePointer<Float>) {
    for i in move.indices {
      // What counts is how far the written Float lies from the centre. That is a difference of two
      // Floats, exact in Double as a rule. Where the nearest Float lies beyond c + δ, the next one
      // towards the centre does not.
      let (start, length) = (Double(center[i]), move[i].magnitude)
      var value = Float(start + move[i])
      if (Double(value) - start).magnitude > length {
        value = Double(value) > start ? value.nextDown : value.nextUp
      }
      out[i] = value
    }
  }
}
