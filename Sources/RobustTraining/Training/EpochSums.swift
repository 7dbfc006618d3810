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
  /// The fraction of examples seen whose training bounds do not verify them; nil if none was
  /// bounded.
  public var trainingVerifiedError: Float? {
    bounded == 0 ? nil : Float(unverified) / Float(bounded)
  }
}
