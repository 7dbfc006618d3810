import Bounds
import Tensors

/// The perturbation sets around a batch, with the geometry that attacks need: random points,
/// projections and steps.
///
/// Training attacks use ``project(_:)`` and ``step(from:along:by:)``, which are fast and may be
/// outside of a set by a rounding; evaluating attacks use ``nearest(to:)`` and what stands beside
/// it, whose points can be brought inside exactly. All tensors are constants.
package struct SetProjection {
  /// The perturbation set: norm, ε and domain.
  package let set: Perturbation
  /// The clean inputs, [batch, …input shape].
  package let center: Tensor
  /// The ends of the ℓ∞ boxes of radius ε around the inputs, within the domain if there is one.
  package let box: (lower: Tensor, upper: Tensor)

  /// Creates the sets around a batch of inputs.
  package init(_ set: Perturbation, around center: Tensor) {
    self.set = set
    self.center = center
    let everything = -Float.greatestFiniteMagnitude...Float.greatestFiniteMagnitude
    box = boxBounds(center, epsilon: set.epsilon, domain: set.domain ?? everything)
  }

  /// Returns a random point of each set: for ℓ∞ a uniform one of the box of radius ε, for other
  /// norms one in a random direction, at a random part of ε from the centre.
  ///
  /// The domain is not looked at, and a direction of Euclidean length 1 has an ℓ1 length of at
  /// least 1. So points may lie outside of the sets, and callers project them.
  package func randomPoint(using random: inout RandomSource) -> Tensor {
    switch set.norm {
    case .linf:
      center + .uniform(center.shape, in: -set.epsilon...set.epsilon, using: &random)
    case .l2, .l1:
      center
        + Tensor.normal(center.shape, standardDeviation: 1, using: &random).unitRows
        .scaled(by: randomLengths(using: &random))
    }
  }

  /// Returns a random part of ε for each example, repeated for each of its scalars.
  private func randomLengths(using random: inout RandomSource) -> Tensor {
    let size = center.count / max(center.shape[0], 1)
    let lengths = (0..<center.shape[0]).map { _ in set.epsilon * random.uniform() }
    return Tensor(shape: center.shape, lengths.flatMap { repeatElement($0, count: size) })
  }

  /// Returns a random point of each set with a stream for each example, so that its point does not
  /// depend on the others.
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

  /// Returns the nearest point of each set in the Euclidean norm, computed in Float32 but for ℓ2
  /// and ℓ1 within a domain.
  package func project(_ point: Tensor) -> Tensor {
    guard set.norm == .linf || set.domain == nil else { return nearest(to: point) }
    return switch set.norm {
    case .linf: point.clamped(lower: box.lower, upper: box.upper)
    case .l2: center + (point - center).projectedRowsL2(epsilon: set.epsilon)
    case .l1: center + (point - center).projectedRowsL1(epsilon: set.epsilon)
    }
  }

  /// Returns points after a step along a gradient, projected: along its signs for ℓ∞, along its
  /// direction for the others.
  ///
  /// - Parameter length: The length of the step, in the set's norm for ℓ∞ and else in the Euclidean
  ///   one; negative to descend.
  package func step(from point: Tensor, along gradient: Tensor, by length: Float) -> Tensor {
    set.norm == .linf
      ? point.stepped(along: gradient, by: length, lower: box.lower, upper: box.upper)
      : project(point + gradient.unitRows * length)
  }
}
