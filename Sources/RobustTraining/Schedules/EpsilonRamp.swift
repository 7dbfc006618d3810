import Datasets
import RealModule

/// How ε grows during training, as a pure function of the step.
///
/// Training against the largest ε from the first step on tends to fail: the bounds of a network
/// with random weights are so loose that the robust loss hardly distinguishes the classes. So ε is
/// 0 for ``start`` epochs, in which the network learns the task, then grows over ``length`` epochs,
/// and stays at its largest for the rest. Factors of the objective that change in the course of
/// training (κ and β, see ``Objective/Mix``) follow ε.
///
/// With N steps in an epoch, the ramp begins at step `start · N` and is over at step
/// `(start + length) · N`. At step t in between ε is `ε_max · s(t')` with
/// `t' = (t − start · N) / (length · N)` and s one of the ``Shape``s.
public struct EpsilonRamp: Sendable, Equatable {
  /// The course of ε over the ramp: a function s that grows from s(0) = 0 to s(1) = 1.
  public enum Shape: String, Sendable, CaseIterable {
    /// ε grows by the same amount in each step: `s(t) = t`.
    case linear
    /// A fourth power for the first quarter of the ramp, then a line; value and slope are
    /// continuous (Xu et al. 2020).
    ///
    /// With m = 1/4 and `α = 1 / (m⁴ + 4m³(1 − m))`, which is 256/13, s(t) is `α t⁴` for t ≤ m and
    /// `α (m⁴ + 4m³ (t − m))` beyond. So ε grows slowly while it is small: at the end of the first
    /// quarter it is 1/13 of the largest.
    case smoothed
  }

  /// Epochs before the ramp, which train at ε = 0, that is on clean inputs.
  public var start: Int
  /// Epochs that the ramp takes; with 0, ε jumps to the largest when ``start`` epochs are done.
  public var length: Int
  /// The course of ε between the two ends.
  public var shape: Shape

  /// Creates a ramp from its epochs, which are not checked here (see `validate()`).
  ///
  /// - Parameters:
  ///   - start: Epochs at ε = 0.
  ///   - length: Epochs over which ε grows.
  public init(start: Int, length: Int, shape: Shape = .linear) {
    self.start = start
    self.length = length
    self.shape = shape
  }

  /// The numbers of epochs that a ramp may wait and may take.
  package static let epochLimits = 0...1_000_000

  /// Checks the epochs by themselves; ``Schedule/validate()`` also checks that they fit the
  /// training.
  ///
  /// - Throws: ``InvalidValue`` for a start or a length out of range.
  package func validate() throws(InvalidValue) {
    try InvalidValue.check("start of the ramp", start, in: Self.epochLimits)
    try InvalidValue.check("length of the ramp", length, in: Self.epochLimits)
  }

  /// Returns ε at a step as a fraction of the largest ε.
  ///
  /// - Parameters:
  ///   - step: The step from the start of training, from 0.
  ///   - stepsPerEpoch: The steps of an epoch, by which epochs become steps.
  /// - Returns: 0 up to and including step `start · stepsPerEpoch` (where the ramp has a length), 1
  ///   from `(start + length) · stepsPerEpoch` on, and a value that never falls between them.
  package func fraction(atStep step: Int, stepsPerEpoch: Int) -> Float {
    let begin = start * stepsPerEpoch
    let steps = length * stepsPerEpoch
    guard step >= begin else { return 0 }
    guard step < begin + steps else { return 1 }
    // In Double, and rounded once at the end: steps beyond 2²⁴ would not be distinct in Float.
    let t = Double(step - begin) / Double(steps)
    return Float(shape == .linear ? t : Self.smoothed(t))
  }

  /// αt⁴ up to t = ¼, then the tangent there, with α such that it reaches 1 at t = 1.
  private static func smoothed(_ t: Double) -> Double {
    let middle = 0.25
    let alpha = 1 / (.pow(middle, 4) + 4 * .pow(middle, 3) * (1 - middle))
    guard t > middle else { return alpha * .pow(t, 4) }
    return alpha * (.pow(middle, 4) + 4 * .pow(middle, 3) * (t - middle))
  }

  /// The first epoch (from 0) that runs wholly at the largest ε; equally the number of epochs that
  /// are done when the ramp is over.
  ///
  /// From the end of that many epochs on an epoch of robust training may be kept as the best one,
  /// and the learning rate of ``LearningRateDecay/afterRamp(every:factor:)`` counts.
  package var firstFullEpoch: Int { start + length }
}
