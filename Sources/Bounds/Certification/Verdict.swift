import Networks
import Tensors

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
  /// The best lower bound of the smallest margin that any method tried has given.
  public var margin: Float
  /// The method that gave it.
  public var method: BoundMethod
}

/// Decides a batch by methods in order; later methods see only the examples that earlier ones
/// leave open.
///
/// A softmax at the network's end changes no answer and is left out: margins are those of the
/// logits (``Network/logits``).
///
/// - Parameters:
///   - images: [batch, …input shape].
///   - firstIndex: The index of the first example in the verdicts.
/// Throws ``BoundsError``.
public func certify(
  _ network: Network, _ images: Tensor, labels: [Int], against set: Perturbation,
  by methods: [BoundMethod], firstIndex: Int = 0, memoryBudget: Int = 1 << 29
) throws(BoundsError) -> [Verdict] {
  guard !methods.isEmpty else { throw .specification("no method to certify by") }
  let network = network.logits
  guard labels.count == images.shape[0], labels.allSatisfy({ 0..<network.classes ~= $0 }) else {
    throw .specification(
      "\(labels.count) labels for \(images.shape[0]) examples of \(network.classes) classes")
  }
  var verdicts = openVerdicts(network, images, labels, firstIndex, methods[0])
  for method in methods {
    let open = verdicts.indices.filter { verdicts[$0].status == .unknown }
    guard !open.isEmpty else { break }
    for start in stride(from: 0, to: open.count, by: method.examplesAtOnce) {
      let chunk = Array(open[start..<min(start + method.examplesAtOnce, open.count)])
      let margins = try lowerBounds(
        of: network, around: images.rows(at: chunk), set,
        .margins(of: chunk.map { labels[$0] }, classes: network.classes), by: method,
        memoryBudget: memoryBudget
      ).minimumOfRows
      for (example, margin) in zip(chunk, margins) { verdicts[example].learn(margin, by: method) }
    }
  }
  return verdicts.map(\.settled)
}

private func openVerdicts(
  _ network: Network, _ images: Tensor, _ labels: [Int], _ firstIndex: Int, _ method: BoundMethod
) -> [Verdict] {
  let logits = network(images)
  let classes = network.classes
  let finite = logits.withUnsafeScalars { scalars in
    (0..<labels.count).map { row in
      scalars[(row * classes)..<((row + 1) * classes)].allSatisfy(\.isFinite)
    }
  }
  return zip(logits.argmaxOfRows, labels).enumerated().map { index, answer in
    Verdict(
      index: firstIndex + index, label: answer.1, prediction: answer.0,
      status: !finite[index] ? .invalid : (answer.0 == answer.1 ? .unknown : .misclassified),
      margin: -.infinity, method: method)
  }
}

extension Verdict {
  /// Takes in a bound of the smallest margin; only a finite one counts.
  fileprivate mutating func learn(_ margin: Float, by method: BoundMethod) {
    guard margin.isFinite, margin > self.margin else { return }
    self.margin = margin
    self.method = method
    if margin > 0 { status = .certified }
  }

  /// An open example for which no method gave a finite bound is invalid.
  fileprivate var settled: Verdict {
    guard status == .unknown, margin == -.infinity else { return self }
    var verdict = self
    verdict.status = .invalid
    return verdict
  }
}
