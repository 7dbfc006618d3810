import Bounds
import Networks
import Relaxations
import Tensors

/// Losses made of bounds, which training differentiates through.
///
/// A margin is z_y − z_j, the label's logit minus that of another class; m̲ stands for lower bounds
/// of the margins over the region of each example. Gradients flow through everything that the
/// bounds depend on: intervals, slopes, intercepts and weights.
extension Bounding {
  /// Returns β·CROWN-IBP + (1 − β)·IBP lower bounds of a specification.
  ///
  /// Both terms are lower bounds, and so is any mix of them. At β = 1 no interval margin is
  /// computed.
  ///
  /// - Parameters:
  ///   - slope: The lower line of unstable ReLUs in the backward pass.
  ///   - beta: The weight of the backward pass, from 0 to 1.
  /// - Returns: Bounds [batch, S] for the S rows of the specification.
  func mixedBounds(
    of specification: Specification, slope: ReLUSlope, beta: Float
  ) -> Tensor {
    let form = elided(specification)
    let linear = linearBounds(of: form, slope: slope)
    guard beta < 1 else { return linear }
    return linear * beta + form.lowerBounds(over: regions) * (1 - beta)
  }

  /// Returns how far the intervals in front of the ReLUs are from healthy, a scalar: the mean over
  /// these layers of the regularisers of Shi et al. (2021, section 3.3).
  ///
  /// A layer's term is a sum of three, each of the form `relu(τ − ratio) / τ` with the tolerance τ:
  ///
  /// - tightness, with the ratio of the input's mean radius to the layer's, so that intervals
  ///   should not grow on their way through the network;
  /// - balance of means and balance of spreads, with the smaller over the larger of what active and
  ///   inactive neurons contribute, so that ReLUs do not all end up on one side.
  ///
  /// So each is between 0 and 1, and 0 where its ratio is at least τ. The input's radius is that
  /// behind a normalisation, which the networks of the paper have outside; it is a constant.
  func preactivationHealth(tolerance: Float) -> Tensor {
    // Behind a normalisation radii are in its units, as those of all later layers are.
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

  /// Returns the fused robust loss (Xu et al. 2020): the mean of
  /// `log(1 + β·S + (1 − β)·Σ exp(−m̲))`, where S bounds `Σ exp(−m)` from above with a single
  /// backward row.
  ///
  /// The usual loss takes a lower bound of each margin by itself, with one row for each other
  /// class. Here exp is replaced by its chord on the interval of each margin, which lies above it;
  /// the weighted sum of margins that results is one linear form, and one row bounds it. For β = 0
  /// it is the cross-entropy of interval margins.
  ///
  /// - Returns: The loss, a scalar, and the interval margins [batch, S], by which examples count as
  ///   certified.
  func fusedLoss(
    of specification: Specification, slope: ReLUSlope, beta: Float
  ) -> (loss: Tensor, intervalMargins: Tensor) {
    let form = elided(specification)
    let margins = form.bounds(over: regions)
    let bound = sumExpBound(lower: margins.lower, upper: margins.upper)
    // Weights are not negative, so an upper bound of the sum is minus a lower bound of this row.
    let row = form.mapped { combinedRows($0, weights: bound.weight) }
    let lower = linearBounds(of: row, slope: slope)
    let loss = fusedCrossEntropy(form: lower, bound: bound, lower: margins.lower, beta: beta)
    return (loss, margins.lower)
  }
}
