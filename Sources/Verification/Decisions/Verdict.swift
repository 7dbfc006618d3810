import Bounds

/// What is known of one example.
public struct Verdict: Sendable, Equatable {
  public enum Status: String, Sendable, CaseIterable {
    /// Every margin's lower bound is positive: no input in the set changes the answer.
    case certified
    /// Correct on the clean input, but no method tried could prove it robust.
    case unknown
    /// Wrong already on the clean input.
    case misclassified
    /// A logit or bound is NaN or infinite: nothing is known.
    case invalid
  }

  /// The example's place in the data.
  public var index: Int
  public let label: Int
  /// −1 where a logit is NaN.
  public let prediction: Int
  public var status: Status
  /// The best lower bound of the smallest margin that any method tried has given; −∞ where none
  /// was finite.
  public var margin: Float
  /// The method that gave it.
  public var method: BoundMethod
}

extension Verdict {
  /// What is known of an example before any bound.
  ///
  /// - Parameter logits: Its clean ones.
  init(
    index: Int, label: Int, logits: UnsafeBufferPointer<Float>, answer: Int, _ first: BoundMethod
  ) {
    let isFinite = logits.allSatisfy(\.isFinite)
    self.init(
      index: index, label: label, prediction: answer,
      status: !isFinite ? .invalid : answer == label ? .unknown : .misclassified,
      margin: -.infinity, method: first)
  }

  /// Takes in a bound of the smallest margin. Only a finite one counts, and 0 proves nothing: two
  /// classes may then be answered alike.
  mutating func learn(_ margin: Float, by method: BoundMethod) {
    guard margin.isFinite, margin > self.margin else { return }
    self.margin = margin
    self.method = method
    if margin > 0 { status = .certified }
  }

  /// An open example for which no method gave a finite bound is invalid.
  var settled: Verdict {
    guard status == .unknown, margin == -.infinity else { return self }
    var verdict = self
    verdict.status = .invalid
    return verdict
  }
}
