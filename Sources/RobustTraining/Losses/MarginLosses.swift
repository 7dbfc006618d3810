import Bounds
import Networks
import Relaxations
import Tensors

/// Losses made of bounds, which training differentiates through.
extension Bounding {
  /// β·CROWN-IBP + (1 − β)·IBP lower bounds of a specification, [batch, S]; at β = 1 no interval
  /// margin is computed.
  func mixedBounds(
    of specification: Specification, slope: ReLUSlope, beta: Float
  ) -> Tensor {
    let form = elided(specification)
    let linear = linearBounds(of: form, slope: slope)
    guard beta < 1 else { return linear }
    return linear * beta + form.lowerBounds(over: regions) * (1 - beta)
  }

  /// How far the intervals in front of the ReLUs are from healthy, a scalar: the mean of
  /// ``boundHealth(center:radius:inputRadius:tolerance:)`` over these layers (Shi et al. 2021). The
  /// input's radius is that behind a normalisation, which the networks of the paper have outside.
  func preactivationHealth(tolerance: Float) -> Tensor {
    let radius = (plan.steps.first?.layer is Normalization ? regions[1] : input).box.radius
    let inputRadius = radius.detached.scalars.reduce(0, +) / Float(max(radius.count, 1))
    let terms = plan.steps.filter { $0.layer is ReLU }.map { step in
      let box = regions[step.inputs[0]].box
      return boundHealth(
        center: box.center, radius: box.radius, inputRadius: inputRadius, tolerance: tolerance)
    }
    let sum = terms.reduce(Tensor.zeros([]), +)
    return sum * (1 / Float(max(terms.count, 1)))
  }

  /// The fused robust loss (Xu et al. 2020): mean of log(1 + β·S + (1 − β)·Σ exp(−m̲)), where S
  /// bounds Σ exp(−m) from above with a single backward row.
  ///
  /// exp is replaced by its chord on the interval of each margin; the weighted sum of margins that
  /// results is one linear form.
  func fusedLoss(
    of specification: Specification, slope: ReLUSlope, beta: Float
  ) -> (loss: Tensor, intervalMargins: Tensor) {
    let form = elided(specification)
    let margins = form.bounds(over: regions)
    let bound = sumExpBound(lower: margins.lower, upper: margins.upper)
    let row = form.mapped { combinedRows($0, weights: bound.weight) }
    let lower = linearBounds(of: row, slope: slope)
    let loss = fusedCrossEntropy(form: lower, bound: bound, lower: margins.lower, beta: beta)
    return (loss, margins.lower)
  }
}
