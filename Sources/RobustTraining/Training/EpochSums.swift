/// Sums over the examples of an epoch.
public struct EpochSums: Sendable, Equatable {
  var loss = 0.0
  var examples = 0
  var bounded = 0
  var unverified = 0

  mutating func add(loss: Float, examples count: Int, unverified wrong: Int?) {
    self.loss += Double(loss) * Double(count)
    examples += count
    guard let wrong else { return }
    bounded += count
    unverified += wrong
  }

  /// Mean loss so far.
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
