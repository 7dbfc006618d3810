import Bounds
import Networks
import Tensors

/// Decides examples by methods in order, each going on from what the one before has found and only
/// for the examples that it has left open.
struct Decisions {
  let network: BoundedNetwork
  let examples: ExampleSource
  /// Its norm and domain; each item has its own ε.
  let set: Perturbation
  let methods: [BoundMethod]
  /// What one lane may take.
  let budget: Budget

  /// A softmax at the network's end changes no answer and is left out: margins are those of the
  /// logits.
  ///
  /// - Throws: ``BoundsError`` for a layer without rules, for no method, and for examples that do not
  ///   fit the network.
  init(
    _ network: Network, _ examples: ExampleSource, _ set: Perturbation, by methods: [BoundMethod],
    budget: Budget
  ) throws(BoundsError) {
    guard !methods.isEmpty else { throw .specification("no method to certify by") }
    self.network = try BoundedNetwork(network).logits
    guard examples.shape == network.inputShape else {
      throw .input("inputs \(examples.shape) for a network on \(network.inputShape)")
    }
    guard examples.labels.allSatisfy({ 0..<network.classes ~= $0 }) else {
      throw .specification(
        "labels from \(examples.labels.min() ?? 0) to \(examples.labels.max() ?? 0) for a network "
          + "with \(network.classes) outputs")
    }
    (self.examples, self.set, self.methods) = (examples, set, methods)
    self.budget = budget.shared(by: Threads.count)
  }
}

extension Decisions {
  /// Examples in items: as many at once as the first method likes, no more than the memory allows,
  /// and few enough that every lane has several.
  func items(_ examples: [OpenExamples.Example], epsilon: Float) -> [OpenExamples] {
    let size = min(mostAtOnce(0), max(examples.count / (4 * Threads.count), 1))
    return examples.split(by: size).map { OpenExamples(examples: $0, epsilon: epsilon) }
  }

  private func mostAtOnce(_ method: Int) -> Int {
    let affordable = max(budget.memory / 2 / network.plan.bytesPerExample, 1)
    return min(methods[method].examplesAtOnce, affordable)
  }

  /// Verdicts on examples, one item after the other on the thread that asks, in the examples' order.
  func verdicts(on indices: [Int], epsilon: Float) -> [Verdict] {
    var stack = indices.map { OpenExamples.Example(index: $0, methods: methods.count) }
      .split(by: mostAtOnce(0)).map { OpenExamples(examples: $0, epsilon: epsilon) }
    var verdicts: [Int: Verdict] = [:]
    while let item = stack.popLast() {
      let outcome = advance(item)
      for verdict in outcome.decided { verdicts[verdict.index] = verdict }
      stack += outcome.open
    }
    return indices.map { verdicts[$0]! }
  }

  /// Has the method whose turn it is decide what it can.
  func advance(_ item: OpenExamples) -> (decided: [Verdict], open: [OpenExamples]) {
    var item = item
    var decided = item.bounding == nil ? begin(&item) : []
    guard var bounding = item.bounding else { return (decided, []) }
    let method = methods[item.method]
    let labels = item.examples.map { examples.labels[$0.index] }
    let margins = bounding.lowerBounds(
      of: .margins(of: labels, classes: network.network.classes), by: method, budget: budget
    ).minimumOfRows
    var open: [Int] = []
    for (position, margin) in margins.enumerated() {
      item.examples[position].verdict!.learn(margin, by: method)
      let example = item.examples[position]
      if example.verdict!.status == .certified {
        decided.append(example.verdict!)
      } else if item.method + 1 < example.methods {
        open.append(position)
      } else if !budget.isSpent {
        // A method that was stopped half way has not decided.
        decided.append(example.verdict!.settled)
      }
    }
    return (decided, rest(item, bounding, open))
  }

  /// Evaluates the clean images, and makes bounds around those that are answered rightly.
  ///
  /// - Returns: Verdicts on the others.
  private func begin(_ item: inout OpenExamples) -> [Verdict] {
    let images = examples.images(item.examples.map(\.index))
    let logits = network.network(images)
    for (position, verdict) in verdicts(on: item, logits).enumerated() {
      item.examples[position].verdict = verdict
    }
    let decided = item.examples.compactMap(\.verdict).filter { $0.status != .unknown }
    let open = item.examples.indices.filter { item.examples[$0].verdict!.status == .unknown }
    item.examples = open.map { item.examples[$0] }
    guard !open.isEmpty else { return decided }
    let region = set.withEpsilon(item.epsilon).region(around: images.rows(at: open))
    item.bounding = network.bounding(over: region)
    return decided
  }

  private func verdicts(on item: OpenExamples, _ logits: Tensor) -> [Verdict] {
    let answers = logits.argmaxOfRows
    let classes = network.network.classes
    return logits.read { scalars in
      item.examples.enumerated().map { row, example in
        Verdict(
          index: example.index, label: examples.labels[example.index],
          logits: UnsafeBufferPointer(rebasing: scalars[row * classes..<(row + 1) * classes]),
          answer: answers[row], methods[0])
      }
    }
  }

  /// What is left open, for the next method, in items of the size that it likes.
  private func rest(
    _ item: OpenExamples, _ bounding: Bounding, _ open: [Int]
  ) -> [OpenExamples] {
    guard !open.isEmpty else { return [] }
    return open.split(by: mostAtOnce(item.method + 1)).map { part in
      OpenExamples(
        examples: part.map { item.examples[$0] }, epsilon: item.epsilon,
        bounding: part.count == bounding.batch ? bounding : bounding.examples(at: part),
        method: item.method + 1)
    }
  }
}

extension Array {
  /// One after the other, at most `size` each.
  func split(by size: Int) -> [[Element]] {
    stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
  }
}
