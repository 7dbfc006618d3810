import Bounds
import Datasets
import Networks
import Tensors

/// What an attack did to one example: the counterpart of a ``Verdict``, which it bounds from the
/// other side.
///
/// ``Networks/Network/attack(_:within:with:seed:batchSize:keepingInputs:budget:observe:)`` makes
/// one for each example.
public struct AttackResult: Sendable, Equatable {
  /// What became of the example.
  public enum Status: String, Sendable, CaseIterable {
    /// The answer is wrong already on the clean input, which is then not attacked.
    case misclassified
    /// The attack found an input in the set with another answer.
    case broken
    /// The attack found none, which proves nothing.
    case survived
  }

  /// The example's place in the data.
  public let index: Int
  /// The class that the example belongs to.
  public let label: Int
  /// What became of the example.
  public var status: Status
  /// The answer on the clean input or, for a broken example, on the input that the attack found; −1
  /// where an output is NaN.
  public var prediction: Int
  /// The label's output minus the largest other one, on the clean input.
  public let margin: Float
  /// For a broken example the input with the wrong answer, its distance and its margin; nil for
  /// others, and where inputs are not kept.
  public var finding: AttackFinding?
}
