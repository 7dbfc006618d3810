import Bounds
import Tensors

/// Geometry of a perturbation set around a batch, as an attack needs it.
package struct SetProjection {
  package let set: Perturbation
  package let center: Tensor
  package let box: (lower: Tensor, upper: Tensor)

  package init(_ set: Perturbation, around center: Tensor) {
    self.set = set
    self.center = center
    let everything = -Float.greatestFiniteMagnitude...Float.greatestFiniteMagnitude
    box = boxBounds(center, epsilon: set.epsilon, domain: set.domain ?? everything)
  }

  /// A uniform point of the ℓ∞ box; for other norms, one scaled into the ball.
  package func randomPoint(using random: inout RandomSource) -> Tensor {
    switch set.norm {
    case .linf:
      center + .uniform(center.shape, in: -set.epsilon...set.epsilon, using: &random)
    case .l2, .l1:
      center + Tensor.normal(center.shape, standardDeviation: 1, using: &random).unitRows
        * (set.epsilon * random.uniform())
    }
  }

  /// The same with a stream for each example, so that its point does not depend on the others.
  package func randomPoints(using randoms: [RandomSource]) -> Tensor {
    Tensor.concatenated(
      randoms.enumerated().map { row, random in
        var random = random
        return rows(at: [row]).randomPoint(using: &random)
      })
  }

  /// The sets of some rows of the batch.
  package func rows(at indices: [Int]) -> SetProjection {
    SetProjection(set, around: center.rows(at: indices))
  }

  package func project(_ point: Tensor) -> Tensor {
    guard set.norm == .linf || set.domain == nil else { return nearest(to: point) }
    return switch set.norm {
    case .linf: point.clamped(lower: box.lower, upper: box.upper)
    case .l2: center + (point - center).projectedRowsL2(epsilon: set.epsilon)
    case .l1: center + (point - center).projectedRowsL1(epsilon: set.epsilon)
    }
  }

  /// A step along a gradient, of a length in the set's norm, projected: along its signs for ℓ∞, its
  /// direction for the others.
  package func step(from point: Tensor, along gradient: Tensor, by length: Float) -> Tensor {
    set.norm == .linf
      ? point.stepped(along: gradient, by: length, lower: box.lower, upper: box.upper)
      : project(point + gradient.unitRows * length)
  }
}
