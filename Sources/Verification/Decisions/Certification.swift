import Bounds
import Datasets
import Networks
import Tensors

/// Verdicts on a set of examples, with their totals.
public struct Certification: Sendable {
  /// In the order of the examples; those that a stopped certification has not decided are missing.
  public let verdicts: [Verdict]
  public let perturbation: Perturbation

  package init(verdicts: [Verdict], perturbation: Perturbation) {
    self.verdicts = verdicts
    self.perturbation = perturbation
  }

  /// The fraction of examples that are not certified: the certified upper bound of the error
  /// under any perturbation in the set.
  public var verifiedError: Float { 1 - fraction(.certified) }

  /// The fraction misclassified without perturbation.
  public var standardError: Float {
    let wrong = verdicts.count { $0.prediction != $0.label }
    return verdicts.isEmpty ? 0 : Float(wrong) / Float(verdicts.count)
  }

  /// How many examples have a verdict.
  public func count(_ status: Verdict.Status) -> Int { verdicts.count { $0.status == status } }

  /// The fraction not certified by a method and those before it in the order they were tried.
  public func verifiedError(upTo method: BoundMethod, of methods: [BoundMethod]) -> Float {
    let allowed = methods.prefix { $0 != method } + [method]
    let certified = verdicts.count { $0.status == .certified && allowed.contains($0.method) }
    return verdicts.isEmpty ? 0 : 1 - Float(certified) / Float(verdicts.count)
  }

  private func fraction(_ status: Verdict.Status) -> Float {
    verdicts.isEmpty ? 0 : Float(count(status)) / Float(verdicts.count)
  }
}

extension Network {
  /// Certifies examples, each by the given methods in order until one succeeds.
  ///
  /// ```swift
  /// let certification = try network.certify(
  ///   data.test, against: .linf(epsilon: 0.1, within: 0...1), by: [.interval, .crownIBP()])
  /// print(certification.verifiedError)
  /// ```
  ///
  /// Examples are worked on side by side, as many as there are threads. A budget that is spent leaves
  /// the examples out that are not decided by then.
  ///
  /// - Parameters:
  ///   - decided: Indices of examples to leave out.
  ///   - observe: Gets verdicts soon after they are known, in the order of the examples, and how far
  ///     the work is. What it throws ends the work.
  /// - Throws: ``Bounds/BoundsError`` for a layer without rules, for no method and for data that do
  ///   not fit the network; what `observe` throws.
  public func certify(
    _ data: LabeledImages, against set: Perturbation, by methods: [BoundMethod],
    skipping decided: Set<Int> = [], budget: Budget = Budget(),
    observe: ([Verdict], WorkProgress) throws -> Void = { _, _ in }
  ) throws -> Certification {
    try certify(ExampleSource(data), against: set, by: methods, decided, budget, observe)
  }

  /// Certifies inputs, [count, …input shape], as
  /// ``certify(_:against:by:skipping:budget:observe:)`` does.
  ///
  /// - Throws: ``Bounds/BoundsError`` as there, and where there are more or fewer labels than inputs.
  public func certify(
    _ inputs: Tensor, labels: [Int], against set: Perturbation, by methods: [BoundMethod],
    budget: Budget = Budget()
  ) throws -> Certification {
    guard labels.count == inputs.shape[0] else {
      throw BoundsError.specification("\(labels.count) labels for \(inputs.shape[0]) inputs")
    }
    let source = ExampleSource(inputs, labels: labels)
    return try certify(source, against: set, by: methods, [], budget) { _, _ in }
  }

  private func certify(
    _ source: ExampleSource, against set: Perturbation, by methods: [BoundMethod],
    _ skipped: Set<Int>, _ budget: Budget, _ observe: ([Verdict], WorkProgress) throws -> Void
  ) throws -> Certification {
    let decisions = try Decisions(self, source, set, by: methods, budget: budget)
    let examples = (0..<source.count).map {
      OpenExamples.Example(index: $0, methods: methods.count)
    }
    let items = decisions.items(
      unknownOf: decisions.items(examples, epsilon: set.epsilon), skipped)
    let indices = examples.map(\.index).filter { !skipped.contains($0) }
    var ordered = OrderedResults<Verdict>(indices)
    try OpenItems.work(on: items, mostAtOnce: indices.count, budget: budget) {
      decisions.advance($0)
    } deliver: { verdicts in
      let ready = ordered.add(verdicts.filter { !skipped.contains($0.index) }, index: \.index)
      try observe(
        ready, WorkProgress(.certification, done: ordered.count, of: indices.count))
    }
    return Certification(verdicts: ordered.all, perturbation: set)
  }
}
