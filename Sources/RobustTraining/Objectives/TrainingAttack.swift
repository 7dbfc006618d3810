import Bounds
import Datasets
import Networks
import Tensors
import Verification

/// Projected gradient ascent on a loss from a random start (Madry et al. 2018): how training finds
/// the points that it learns from.
///
/// From a random point of the set, each step goes by `relativeStep · ε` along the gradient of the
/// loss with respect to the input (for ℓ∞ along its signs), and the result is projected onto the
/// set: `x ← Π(x + relativeStep · ε · sign(∇ loss))` for ℓ∞. It is short and in Float32 throughout;
/// evaluations attack by `Attack`, which checks what it finds.
public struct TrainingAttack: Sendable, Equatable {
  /// The number of gradient steps, each a forward and a backward pass.
  package var steps: Int
  /// The length of a step as a fraction of ε.
  package var relativeStep: Float

  /// Creates an attack. By default eight steps of ε/4 can cross the set, whose diameter is 2ε.
  public init(steps: Int = 8, relativeStep: Float = 0.25) {
    self.steps = steps
    self.relativeStep = relativeStep
  }

  /// The numbers of steps that an attack in training may take.
  package static let stepLimits = 1...1000

  /// Checks the numbers.
  ///
  /// - Throws: ``InvalidValue`` for a number of steps out of range, and for a length that is not
  ///   above 0.
  package func validate() throws(InvalidValue) {
    try InvalidValue.check("number of the attack's steps", steps, in: Self.stepLimits)
    try InvalidValue.check("length of the attack's steps", relativeStep, .positive)
  }

  /// Returns points of the sets around a batch where a loss of the outputs is large.
  ///
  /// - Parameters:
  ///   - network: A network whose tensors no tape tracks, see ``Network/detached``; the points are
  ///     constants for training.
  ///   - images: The clean inputs, [batch, …input shape].
  ///   - loss: The loss to climb, a scalar function of the outputs [batch, classes].
  /// - Returns: One point for each input, of the shape of `images`; the images themselves at ε = 0.
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
