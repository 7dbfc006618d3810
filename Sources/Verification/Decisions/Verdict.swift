import Bounds

/// What is known of one example after certification: the answer on the clean input, and whether it
/// is proved that no input of the perturbation set changes it.
///
/// The margins of an example are z_y − z_j, the label's logit minus that of each other class. A
/// lower bound of the smallest of them over the set decides: if it is above 0, the label's logit is
/// the largest at every point of the set. For which network it holds is a matter of the arithmetic
/// that was asked for (``Certification/arithmetic``): the deployed one if nothing was said.
///
/// That an example is not robust is what attacks find (``AttackResult``). Branch and bound comes upon
/// such inputs as well, and its verdict then says so.
public struct Verdict: Sendable, Equatable {
  /// What a verdict says. Only ``certified`` counts as robust; all others add to the certified
  /// error.
  public enum Status: String, Sendable, CaseIterable {
    /// Every margin's lower bound is positive: no input in the set changes the answer.
    case certified
    /// The answer is right on the clean input, but no method tried could prove it robust. It may be
    /// robust or not.
    case unknown
    /// The answer is right on the clean input, and branch and bound has found an input in the set
    /// whose answer is wrong.
    case broken
    /// The answer is wrong already on the clean input.
    case misclassified
    /// A logit is NaN or infinite, or no method gave a finite bound: nothing is known.
    case invalid
  }

  /// The example's place in the data.
  public var index: Int
  /// The class that the example belongs to.
  public let label: Int
  /// The class that the network answers on the clean input; −1 where a logit is NaN.
  public let prediction: Int
  /// What is known.
  public var status: Status
  /// The best lower bound of the smallest margin that any method tried has given; −∞ where none was
  /// finite, or none was tried.
  public var margin: Float
  /// The method that gave the ``margin``, which for a certified example is the one that proved it;
  /// the first method where there is no bound.
  public var method: BoundMethod
}

extension Verdict {
  /// What is known of an example before any bound: a right answer is still open, all else is
  /// decided.
  ///
  /// - Parameters:
  ///   - logits: The outputs on the clean input, one for each class.
  ///   - answer: The class with the largest of them; −1 for NaN.
  ///   - first: The method that is named as long as there is no bound.
  init(
    index: Int, label: Int, logits: UnsafeBufferPointer<Float>, answer: Int, _ first: BoundMethod
  ) {
    let isFinite = logits.allSatisfy(\.isFinite)
    self.init(
      index: index, label: label, prediction: answer,
      status: !isFinite ? .invalid : answer == label ? .unknown : .misclassified,
      margin: -.infinity, method: first)
  }

  /// Takes in a lower bound of the smallest margin.
  ///
  /// Only a finite bound counts, and only a better one. A bound of 0 proves nothing: two classes
  /// may then be answered alike.
  mutating func learn(_ margin: Float, by method: BoundMethod) {
    guard margin.isFinite, margin > self.margin else { return }
    self.margin = margin
    self.method = method
    if margin > 0 { status = .certified }
  }

  /// The verdict when no further method will be tried: an open example for which no method gave a
  /// finite bound is invalid.
  var settled: Verdict {
    guard status == .unknown, margin == -.infinity else { return self }
    var verdict = self
    verdict.status = .invalid
    return verdict
  }
}
