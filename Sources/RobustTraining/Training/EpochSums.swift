/// Sums over the examples that an epoch has seen so far, from which its mean loss and its training
/// error are taken.
///
/// A checkpoint in the middle of an epoch holds them exactly, so that the resumed epoch reports the
/// bits that an uninterrupted one reports.
public struct EpochSums: Sendable, Equatable {
  /// The sum of the losses, in Double.
  var loss = 0.0
  /// The number of examples seen.
  var examples = 0
  /// The number of these whose margins were bounded, which at ε = 0 none are.
  var bounded = 0
  /// The number of bounded examples that their training bounds do not certify.
  var unverified = 0

  /// Takes in a step.
  ///
  /// - Parameters:
  ///   - loss: The mean loss over the examples of the step.
  ///   - wrong: How many of them the bounds do not certify; nil where the step computed no bounds.
  mutating func add(loss: Float, examples count: Int, unverified wrong: Int?) {
    self.loss += Double(loss) * Double(count)
    examples += count
    guard let wrong else { return }
    bounded += count
    unverified += wrong
  }

  /// The mean loss over the examples so far; 0 before the first one.
  public var meanLoss: Float { Float(loss / Double(max(examples, 1))) }
  /// The fraction of the epoch's examples that the bounds of the loss do not verify, each at the ε
  /// and with the weights of its step; nil where the objective computes no bounds.
  ///
  /// Which bounds these are depends on the objective. CROWN-IBP with all margins has β · CROWN-IBP +
  /// (1 − β) · IBP for each margin. With fused margins its loss is one number without margins of its
  /// own, and the margins of IBP stand in. Compare it between epochs of one run, and use the errors on
  /// held-out examples (``SelectionReport``) to compare objectives.
  public var trainingVerifiedError: Float? {
    bounded == 0 ? nil : Float(unverified) / Float(bounded)
  }
}
