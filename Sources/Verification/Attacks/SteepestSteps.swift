import Bounds
import Tensors

/// What evaluating attacks ask of the sets beside what training's do: points that lie in them
/// exactly, and steps that are steepest in the norm of the set.
extension SetProjection {
  /// The sets of ℓ2 and ℓ1 as balls within the domain.
  private var balls: BoxedBalls {
    BoxedBalls(
      set.norm == .l1 ? .one : .two, around: center, epsilon: set.epsilon, within: set.domain)
  }

  /// Returns the nearest point of each set, in the Euclidean norm.
  package func nearest(to points: Tensor) -> Tensor {
    set.norm == .linf
      ? points.clamped(lower: box.lower, upper: box.upper) : balls.nearest(to: points)
  }

  /// Returns the point of each set with the least ⟨gradient, x⟩: for ℓ∞ a corner, for ℓ2 the end of
  /// the ray, for ℓ1 all of ε on the coordinates with the largest derivatives.
  package func farthest(against gradient: Tensor) -> Tensor {
    set.norm == .linf
      ? center.stepped(along: gradient, by: -set.epsilon, lower: box.lower, upper: box.upper)
      : balls.farthest(against: gradient)
  }

  /// Returns points after a step of steepest descent from points of the sets, projected: along the
  /// gradient's signs for ℓ∞, along its direction for ℓ2, along its `counts` largest coordinates
  /// for ℓ1.
  ///
  /// - Parameters:
  ///   - lengths: The length of each row's step, in the set's norm.
  ///   - counts: The number of coordinates that share each row's step; it counts in ℓ1 only.
  package func descend(
    from points: Tensor, against gradient: Tensor, by lengths: [Float], counts: [Int]
  ) -> Tensor {
    if set.norm == .l1 {
      return balls.sparseStep(from: points, against: gradient, counts: counts, lengths: lengths)
    }
    let direction = set.norm == .linf ? gradient.signs : gradient.unitRows
    let factors = Tensor(shape: [lengths.count], lengths.map { -$0 })
    return nearest(to: points + scaledRows(direction, by: factors))
  }

  /// Returns points of the sets as computed, brought inside exactly where ε was lost to rounding.
  package func exact(_ points: Tensor) -> Tensor {
    set.norm == .linf
      ? points.drawn(to: center, within: set.epsilon) : balls.nearest(to: points)
  }

  /// Returns for each row the distance of a point from the centre, nil where it is not in the set.
  ///
  /// Differences and sums are in double precision, and the domain counts too.
  package func distances(of points: Tensor) -> [Double?] {
    let size = center.count / max(center.shape[0], 1)
    return points.read { points in
      center.read { centers in
        (0..<center.shape[0]).map { row in
          let range = row * size..<(row + 1) * size
          let distance = set.norm.distance(
            UnsafeBufferPointer(rebasing: points[range]),
            UnsafeBufferPointer(rebasing: centers[range]))
          let isInside = set.domain.map { points[range].allSatisfy($0.contains) } ?? true
          return isInside && distance <= Double(set.epsilon) ? distance : nil
        }
      }
    }
  }
}

extension Perturbation.Norm {
  /// Returns ‖x − y‖, in double precision; NaN where a difference is.
  func distance(_ x: UnsafeBufferPointer<Float>, _ y: UnsafeBufferPointer<Float>) -> Double {
    var result = 0.0
    for i in x.indices {
      // A difference of two Floats of like size is exact in Double, so only sums and roots round.
      let difference = (Double(x[i]) - Double(y[i])).magnitude
      if difference.isNaN { return .nan }
      switch self {
      case .linf: result = max(result, difference)
      case .l2: result += difference * difference
      case .l1: result += difference
      }
    }
    return self == .l2 ? result.squareRoot() : result
  }
}
