import Bounds
import Networks
import Tensors

/// Decides examples by methods in order, each going on from what the one before has found and only
/// for the examples that it has left open.
///
/// It is made once for a network, a source of examples and a norm, and then has no state: all that
/// is known of examples is in the items (``OpenExamples``) that pass through ``advance(_:)``. So
/// any number of lanes can use it at once (``OpenItems``). Certification, the search for radii and
/// robustness curves decide by it, at one ε or at several.
struct Decisions {
  /// The network without a softmax at its end, prepared for bounds.
  let network: BoundedNetwork
  /// Where inputs and labels come from.
  let examples: ExampleSource
  /// The norm and domain of the sets; each item has its ε.
  let set: Perturbation
  /// The methods in order, at least one.
  let methods: [BoundMethod]
  /// What margins of logits have to exceed.
  private let leastMargin: Float
  /// Decides what rounding has left open; nil where bounds do not account for it.
  private let fallback: ExactFallback?
  /// What one item may take, with the time and the stop that hold for all.
  let budget: Budget
  /// The number of items that may be worked on at once, so that the memory holds them all.
  let itemsAtOnce: Int

  /// Checks that examples can be decided on a network.
  ///
  /// A softmax at the network's end changes no answer and is left out: margins are those of the
  /// logits.
  ///
  /// - Parameter budget: What all lanes together may take.
  /// - Throws: ``BoundsError`` for a layer without rules, for no method, and for inputs or labels
  ///   that do not fit the network.
  init(
    _ network: Network, _ examples: ExampleSource, _ set: Perturbation, by methods: [BoundMethod],
    arithmetic: Arithmetic, budget: Budget
  ) throws(BoundsError) {
    guard !methods.isEmpty else { throw .specification("no method to certify by") }
    self.network = try BoundedNetwork(network.logits, arithmetic: arithmetic)
    leastMargin = network.leastMargin(in: arithmetic)
    guard examples.shape == network.inputShape else {
      throw .input("inputs \(examples.shape) for a network on \(network.inputShape)")
    }
    guard examples.labels.allSatisfy({ 0..<network.classes ~= $0 }) else {
      throw .specification(
        "labels from \(examples.labels.min() ?? 0) to \(examples.labels.max() ?? 0) for a network "
          + "with \(network.classes) outputs")
    }
    (self.examples, self.set, self.methods) = (examples, set, methods)
    fallback = ExactFallback(network, set, arithmetic)
    self.budget = budget.share
    let plan = self.network.plan
    let most = methods.map { Self.mostAtOnce($0, plan, budget.share) }.max() ?? 1
    itemsAtOnce = plan.groupsAtOnce(of: most, within: budget)
  }
}

extension Decisions {
  /// Gathers examples in items: as many at once as the first method likes, and no more than the
  /// memory allows.
  ///
  /// Which examples are bounded together decides last bits, so neither the number of threads
  /// decides it nor which examples are known already.
  func items(_ examples: [OpenExamples.Example], epsilon: Float) -> [OpenExamples] {
    let size = Self.mostAtOnce(methods[0], network.plan, budget)
    return examples.split(by: size).map { OpenExamples(examples: $0, epsilon: epsilon) }
  }

  /// Returns the items in which some examples are not known yet.
  ///
  /// Known ones stay beside them, for the same last bits, as long as a method takes several at
  /// once.
  ///
  /// - Parameter known: Indices of the examples that have a verdict from elsewhere.
  func items(unknownOf items: [OpenExamples], _ known: Set<Int>) -> [OpenExamples] {
    items.compactMap { item in
      var item = item
      for position in item.examples.indices {
        item.examples[position].isKnown = known.contains(item.examples[position].index)
      }
      return item.examples.allSatisfy(\.isKnown) ? nil : item
    }
  }

  /// The number of examples in an item for a method: as many as the method likes, while half of the
  /// item's memory holds what is known of them, and at least one.
  private static func mostAtOnce(
    _ method: BoundMethod, _ plan: BoundPlan, _ budget: Budget
  ) -> Int {
    min(method.examplesAtOnce, max(budget.memory / 2 / plan.bytesPerExample, 1))
  }

  /// Has the method whose turn it is decide what it can.
  ///
  /// An item at its first method is evaluated on the clean images first. Examples with a wrong
  /// answer or with a logit that is not finite are decided then; the others get intervals.
  ///
  /// - Returns: The verdicts that are settled, and the items that the next method has to take up.
  ///   An example that the last method leaves open is settled as unknown, unless the budget was
  ///   spent meanwhile: it then has no verdict, since a method that was stopped half way has not
  ///   decided.
  func advance(_ item: OpenExamples) -> OpenItems.Outcome<OpenExamples, Verdict> {
    var item = item
    var decided = item.bounding == nil ? begin(&item) : []
    guard var bounding = item.bounding else { return OpenItems.Outcome(results: decided) }
    let method = methods[item.method]
    let labels = item.examples.map { examples.labels[$0.index] }
    var isBroken = false
    let margins = bounding.lowerBounds(
      of: .margins(of: labels, classes: network.network.classes), by: method, budget: budget
    ) { points in
      isBroken = breaks(points, item)
      return isBroken
    }.minimumOfRows.map { leastMargin > 0 ? ($0 - leastMargin).nextDown : $0 }
    var open: [Int] = []
    for (position, margin) in margins.enumerated() {
      item.examples[position].verdict!.learn(margin, by: method)
      if isBroken { item.examples[position].verdict!.status = .broken }
      let example = item.examples[position]
      if example.verdict!.status != .unknown {
        decided.append(example.verdict!)
      } else if item.method + 1 < example.methods {
        open.append(position)
      } else if !budget.isSpent {
        // A method that was stopped half way has not decided.
        decided.append(settled(example, epsilon: item.epsilon))
      }
    }
    return OpenItems.Outcome(results: decided, open: rest(item, bounding, open))
  }

  /// Returns whether the network answers one of some inputs wrongly once it is brought into the set of
  /// the item's only example.
  private func breaks(_ points: Tensor, _ item: OpenExamples) -> Bool {
    let (index, count) = (item.examples[0].index, points.shape[0])
    let projection = SetProjection(
      set.withEpsilon(item.epsilon), around: examples.images([index]).repeated(count))
    let inside = projection.nearest(to: points)
    var rows = AttackedRows(
      network.network, labels: [Int](repeating: examples.labels[index], count: count),
      targets: nil, projection)
    _ = rows.noteFallen(inside, network.network(inside))
    return rows.found.contains { $0 != nil }
  }

  /// Returns the verdict on an example that no method is left for: what exact arithmetic says, if
  /// rounding alone may have left it open.
  private func settled(_ example: OpenExamples.Example, epsilon: Float) -> Verdict {
    var verdict = example.verdict!
    let tried = methods.prefix(example.methods).filter { $0.branching == nil }
    if let fallback, !tried.isEmpty,
      ExactFallback.isWorthwhile(verdict.margin, scale: example.scale),
      let pixels = examples.pixels(example.index),
      let margin = fallback.margin(
        of: pixels, examples.images([example.index]), label: verdict.label, epsilon: epsilon,
        by: tried, budget)
    {
      verdict.learn(margin, by: tried[tried.count - 1])
    }
    return verdict.settled
  }

  /// Evaluates the clean images, and makes bounds around those that are answered rightly.
  ///
  /// - Returns: The verdicts on the others, which leave the item.
  private func begin(_ item: inout OpenExamples) -> [Verdict] {
    let images = examples.images(item.examples.map(\.index))
    let logits = network.network(images)
    let classes = network.network.classes
    for (position, verdict) in verdicts(on: item, logits).enumerated() {
      item.examples[position].verdict = verdict
      item.examples[position].scale = logits.read {
        $0[position * classes..<(position + 1) * classes].reduce(0) { max($0, $1.magnitude) }
      }
    }
    let decided = item.examples.compactMap(\.verdict).filter { $0.status != .unknown }
    let open = item.examples.indices.filter { item.examples[$0].verdict!.status == .unknown }
    item.examples = open.map { item.examples[$0] }
    guard !open.isEmpty else { return decided }
    let region = set.withEpsilon(item.epsilon).region(
      around: images.rows(at: open), in: network.arithmetic)
    item.bounding = network.bounding(over: region)
    return decided
  }

  /// The verdicts before any bound.
  ///
  /// - Parameter logits: The outputs on the clean images, [examples, classes].
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

  /// What is left open, for the next method, in items of the size that it likes. Items with known
  /// examples alone are dropped.
  ///
  /// - Parameter open: Places in the item.
  private func rest(
    _ item: OpenExamples, _ bounding: Bounding, _ open: [Int]
  ) -> [OpenExamples] {
    let size =
      open.isEmpty ? 1 : Self.mostAtOnce(methods[item.method + 1], network.plan, budget)
    let parts = open.split(by: size).filter { $0.contains { !item.examples[$0].isKnown } }
    return parts.map { part in
      OpenExamples(
        examples: part.map { item.examples[$0] }, epsilon: item.epsilon,
        bounding: part.count == bounding.batch ? bounding : bounding.examples(at: part),
        method: item.method + 1)
    }
  }
}
