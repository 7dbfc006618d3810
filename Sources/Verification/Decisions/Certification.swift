import Bounds
import Datasets
import Networks
import Tensors

/// Verdicts on a set of examples, with their totals.
///
/// ``Networks/Network/certify(_:against:by:arithmetic:skipping:budget:observe:)`` makes one, and a
/// ``VerdictLog`` one that goes on where an earlier process was stopped. All errors are fractions
/// of the examples that have a verdict.
public struct Certification: Sendable {
  /// The verdicts in the order of the examples; those of examples that a stopped certification has
  /// not decided are missing.
  public let verdicts: [Verdict]
  /// The perturbation set that the verdicts are about.
  public let perturbation: Perturbation
  /// The arithmetic that the verdicts hold in, which says for which network they are certificates.
  public let arithmetic: Arithmetic

  /// Gathers verdicts, which are in the order of their examples.
  package init(verdicts: [Verdict], perturbation: Perturbation, arithmetic: Arithmetic) {
    self.verdicts = verdicts
    self.perturbation = perturbation
    self.arithmetic = arithmetic
  }

  /// The certified error, the fraction of examples that are not certified: an upper bound of the
  /// error under any perturbations in the set.
  public var verifiedError: Float { 1 - fraction(.certified) }

  /// The fraction misclassified without perturbation; answers of NaN are wrong.
  public var standardError: Float {
    let wrong = verdicts.count { $0.prediction != $0.label }
    return verdicts.isEmpty ? 0 : Float(wrong) / Float(verdicts.count)
  }

  /// Returns how many examples have a status.
  public func count(_ status: Verdict.Status) -> Int { verdicts.count { $0.status == status } }

  /// Returns the certified error of a method and those before it: the fraction of examples that
  /// none of them certifies.
  ///
  /// - Parameters:
  ///   - method: One of `methods`.
  ///   - methods: The methods of the certification, in the order in which they were tried.
  public func verifiedError(upTo method: BoundMethod, of methods: [BoundMethod]) -> Float {
    let allowed = methods.prefix { $0 != method } + [method]
    let certified = verdicts.count { $0.status == .certified && allowed.contains($0.method) }
    return verdicts.isEmpty ? 0 : 1 - Float(certified) / Float(verdicts.count)
  }

  /// The fraction of the verdicts with a status; 0 without verdicts.
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
  /// Each method goes on from what the one before has found, for the examples that it has left
  /// open. A softmax at the network's end is left out, since it changes no answer: margins are
  /// those of the logits. Examples are worked on side by side, on as many lanes as there are
  /// threads.
  ///
  /// A budget that is spent leaves the examples out that are not decided by then.
  ///
  /// - Parameters:
  ///   - set: The perturbation set around each example.
  ///   - methods: The methods to try, at least one.
  ///   - arithmetic: Which network certificates speak of: the deployed one where nothing else is
  ///     said.
  ///   - decided: Indices of examples to leave out.
  ///   - budget: The memory that bounds may take, and when to stop.
  ///   - observe: Gets verdicts soon after they are known, in the order of the examples, and how
  ///     far the work is. What it throws ends the work.
  /// - Returns: The verdicts on all examples but those left out.
  /// - Throws: `BoundsError` for a layer without rules, for no method and for data that do
  ///   not fit the network; what `observe` throws.
  public func certify(
    _ data: LabeledImages, against set: Perturbation, by methods: [BoundMethod],
    arithmetic: Arithmetic = .certified, skipping decided: Set<Int> = [],
    budget: Budget = Budget(),
    observe: ([Verdict], WorkProgress) throws -> Void = { _, _ in }
  ) throws -> Certification {
    try certify(
      ExampleSource(data), against: set, by: methods, arithmetic, decided, budget, observe)
  }

  /// Certifies inputs as ``certify(_:against:by:arithmetic:skipping:budget:observe:)`` certifies examples of a
  /// data set.
  ///
  /// - Parameters:
  ///   - inputs: The clean inputs, [count, …input shape].
  ///   - labels: The class of each input.
  /// - Throws: `BoundsError` as there, and where there are more or fewer labels than
  ///   inputs.
  public func certify(
    _ inputs: Tensor, labels: [Int], against set: Perturbation, by methods: [BoundMethod],
    arithmetic: Arithmetic = .certified, budget: Budget = Budget()
  ) throws -> Certification {
    guard labels.count == inputs.shape[0] else {
      throw BoundsError.specification("\(labels.count) labels for \(inputs.shape[0]) inputs")
    }
    let source = ExampleSource(inputs, labels: labels)
    return try certify(source, against: set, by: methods, arithmetic, [], budget) { _, _ in }
  }

  /// Certifies examples from any source, on as many lanes as there are threads.
  ///
  /// - Parameter skipped: Examples without a new verdict. They may still be bounded beside others,
  ///   so that these get the same last bits with and without them.
  private func certify(
    _ source: ExampleSource, against set: Perturbation, by methods: [BoundMethod],
    _ arithmetic: Arithmetic, _ skipped: Set<Int>, _ budget: Budget,
    _ observe: ([Verdict], WorkProgress) throws -> Void
  ) throws -> Certification {
    let decisions = try Decisions(
      self, source, set, by: methods, arithmetic: arithmetic, budget: budget)
    let examples = (0..<source.count).map {
      OpenExamples.Example(index: $0, methods: methods.count)
    }
    let items = decisions.items(
      unknownOf: decisions.items(examples, epsilon: set.epsilon), skipped)
    let indices = examples.map(\.index).filter { !skipped.contains($0) }
    var ordered = OrderedResults<Verdict>(indices)
    try OpenItems.work(
      on: items, mostAtOnce: min(indices.count, decisions.itemsAtOnce), budget: budget
    ) {
      decisions.advance($0)
    } deliver: { verdicts in
      let ready = ordered.add(verdicts.filter { !skipped.contains($0.index) }, index: \.index)
      try observe(
        ready, WorkProgress(.certification, done: ordered.count, of: indices.count))
    }
    return Certification(
      verdicts: ordered.all, perturbation: set, arithmetic: arithmetic)
  }
}
