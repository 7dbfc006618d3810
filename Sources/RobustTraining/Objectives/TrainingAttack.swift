import Bounds
import Datasets
import Networks
import Tensors
import Verification

/// Projected gradient ascent on a loss from a random start (Madry et al. 2018): how training finds
/// the points that it learns from.
public struct TrainingAttack: Sendable, Equatable {
  package var steps: Int
  /// Length of a step as a fraction of ε.
  package var relativeStep: Float

  public init(steps: Int = 8, relativeStep: Float = 0.25) {
    self.steps = steps
    self.relativeStep = relativeStep
  }

  /// Steps that it may take.
  package static let stepLimits = 1...1000

  /// - Throws: ``InvalidValue`` for a number out of range.
  package func validate() throws(InvalidValue) {
    try InvalidValue.check("number of the attack's steps", steps, in: Self.stepLimits)
    try InvalidValue.check("length of the attack's steps", relativeStep, .positive)
  }

  /// Points of the sets around a batch, where a loss of the outputs is large.
  ///
  /// - Parameter network: Untracked, see ``Network/detached``.
  func points(
    of network: Network, around images: Tensor, within set: Perturbation,
    using random: inout RandomSource, loss: (Tensor) -> Tensor
  ) -> Tensor {
    guard set.epsilon > 0 else { return images }
    let projection = SetProjection(set, around: images)
    var current = projection.project(projection.randomPoint(using: &random))
    for _ in 0..<steps {
      let result = withGradients(at: [current]) { loss(network($0[0])) }
      current = projection.step(
        from: current, along: result.gradients[0], by: set.epsilon * relativeStep)
    }
    return current
  }
}
