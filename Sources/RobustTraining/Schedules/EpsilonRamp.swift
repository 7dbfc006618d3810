import Datasets
import RealModule

/// How ε grows during training, as a pure function of the step.
public struct EpsilonRamp: Sendable, Equatable {
  public enum Shape: String, Sendable, CaseIterable {
    case linear
    /// A fourth power for the first quarter of the ramp, then linear; value and slope continuous
    /// (Xu et al. 2020).
    case smoothed
  }

  /// Epochs before the ramp, at ε = 0.
  public var start: Int
  /// Epochs of the ramp; with 0, ε jumps.
  public var length: Int
  public var shape: Shape

  public init(start: Int, length: Int, shape: Shape = .linear) {
    self.start = start
    self.length = length
    self.shape = shape
  }

  /// Epochs that a ramp may wait and take.
  package static let epochLimits = 0...1_000_000

  /// - Throws: ``InvalidValue`` for a start or a length out of range.
  package func validate() throws(InvalidValue) {
    try InvalidValue.check("start of the ramp", start, in: Self.epochLimits)
    try InvalidValue.check("length of the ramp", length, in: Self.epochLimits)
  }

  /// The fraction of the largest ε at a step: 0 up to step start·N, 1 from (start + length)·N on.
  package func fraction(atStep step: Int, stepsPerEpoch: Int) -> Float {
    let begin = start * stepsPerEpoch
    let steps = length * stepsPerEpoch
    guard step >= begin else { return 0 }
    guard step < begin + steps else { return 1 }
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

  /// The first epoch that runs wholly at the largest ε.
  package var firstFullEpoch: Int { start + length }
}
