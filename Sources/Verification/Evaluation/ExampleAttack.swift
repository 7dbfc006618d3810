import Bounds
import Datasets
import Networks
import Tensors

extension Network {
  /// Attacks examples that are right on the clean input until they fall.
  ///
  /// ```swift
  /// let results = try network.attack(
  ///   data.test, within: .linf(epsilon: 0.1, within: 0...1), with: .apgd())
  /// for result in results where result.status == .broken {
  ///   print(result.index, result.finding!.answer)
  /// }
  /// ```
  ///
  /// The attacked error is the fraction of results that have not survived. An example's result
  /// depends neither on the examples beside it nor on the number of threads.
  ///
  /// - Parameters:
  ///   - set: The perturbation set around each example, in which inputs are looked for.
  ///   - attack: How they are looked for, and how long.
  ///   - seed: Decides the random starts.
  ///   - batchSize: The number of examples that are attacked at once on a thread.
  ///   - keepingInputs: Whether results keep the inputs that were found, four bytes for each value.
  ///   - budget: When to stop; batches that are not begun by then have no results.
  ///   - observe: Gets results soon after they are known, in the order of the examples, and how far
  ///     the work is. What it throws ends the work.
  /// - Returns: One result for each example attacked, in order.
  /// - Throws: What `observe` throws.
  public func attack(
    _ data: LabeledImages, within set: Perturbation, with attack: Attack, seed: UInt64 = 0,
    batchSize: Int = 50, keepingInputs: Bool = true, budget: Budget = Budget(),
    observe: ([AttackResult], WorkProgress) throws -> Void = { _, _ in }
  ) throws -> [AttackResult] {
    var ordered = OrderedResults<AttackResult>(Array(0..<data.count))
    try OpenItems.work(
      on: Array(Groups(of: data.count, size: batchSize)), mostAtOnce: data.count, budget: budget
    ) { range in
      var results = results(of: attack, on: data, range, within: set, seed: seed)
      if !keepingInputs { for index in results.indices { results[index].finding = nil } }
      return OpenItems.Outcome(results: results)
    } deliver: { results in
      let ready = ordered.add(results, index: \.index)
      try observe(ready, WorkProgress(.attack, done: ordered.count, of: data.count))
    }
    return ordered.all
  }

  /// The results of a range of examples: clean answers first, then the attack on those that are
  /// right.
  private func results(
    of attack: Attack, on data: LabeledImages, _ range: Range<Int>, within set: Perturbation,
    seed: UInt64
  ) -> [AttackResult] {
    let batch = data.batch(range)
    let logits = self(batch.images)
    let (predictions, margins) = (logits.argmaxOfRows, logits.margins(of: batch.labels))
    var results = zip(range, zip(predictions, margins)).map { index, clean in
      let label = Int(data.labels[index])
      return AttackResult(
        index: index, label: label, status: clean.0 == label ? .survived : .misclassified,
        prediction: clean.0, margin: clean.1)
    }
    let standing = results.indices.filter { results[$0].status == .survived }
    guard !standing.isEmpty else { return results }
    let found = attack.findings(
      in: self, around: batch.images.rows(at: standing), labels: standing.map { batch.labels[$0] },
      within: set, seed: seed, indices: standing.map { results[$0].index })
    for (position, finding) in zip(standing, found) {
      guard let finding else { continue }
      results[position].status = .broken
      results[position].prediction = finding.answer
      results[position].finding = finding
    }
    return results
  }
}
