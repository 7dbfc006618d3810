import Bounds
import Datasets
import Networks
import Tensors

/// What an attack did to one example.
public struct AttackResult: Sendable, Equatable {
  public enum Status: String, Sendable, CaseIterable {
    /// Wrong already on the clean input.
    case misclassified
    /// The attack found an input in the set with another answer.
    case broken
    /// It did not.
    case survived
  }

  public let index: Int
  public let label: Int
  public var status: Status
  /// The answer on the clean input, or on the input that the attack found.
  public var prediction: Int
  /// The label's logit minus the largest other one, on the clean input.
  public let margin: Float
  /// Of a broken example: the input with the wrong answer, its distance and its margin.
  public var finding: AttackFinding?
}
