import Bounds
import Datasets
import Foundation
import Networks

/// How large an ε an example is certified at.
public struct CertifiedRadius: Sendable, Equatable {
  /// The example with the best that is known of it: certified where the radius is above 0.
  public let verdict: Verdict
  /// The largest ε tried at which a method certified the example; so it is at every smaller one.
  /// nil where the answer is wrong or a number not finite, 0 where no ε tried was certified.
  public let radius: Float?
  /// The least larger ε tried, at which no method did; nil where the largest of all was certified.
  public let open: Float?
}

/// Searches for each example's certified radius by bisection, all examples together.
///
/// A bound need not shrink with ε, so a larger ε may be certifiable than the one found; but sets of
/// a smaller ε lie within those of a larger one, so what is found holds.
public struct RadiusSearch: Sendable, Equatable {
  /// The largest ε tried.
  package let upperEnd: Float
  package let halvings: Int

  /// - Parameter precision: Of the radius, a part of the upper end: 2⁻ⁿ, or the next smaller such.
  public init(upTo upperEnd: Float, precision: Float = 1 / 64) {
    self.upperEnd = upperEnd
    halvings = Int(min(max(log2(1 / precision).rounded(.up), 0), 20))
  }

  /// The distance between a radius and the least ε that was not certified.
  package var resolution: Float { upperEnd / Float(1 << halvings) }
}

extension RadiusSearch {
  /// Where the radii of some examples are known to lie.
  fileprivate struct Bracket {
    var certified: Float = 0
    var open: Float?
    var halvings: Int
    /// The ε to try.
    var epsilon: Float

    /// Halving is exact in binary, so that no two examples differ by a rounding.
    mutating func advance(isCertified: Bool) -> Bool {
      if isCertified { certified = epsilon } else { open = epsilon }
      guard let open, halvings > 0 else { return false }
      halvings -= 1
      epsilon = certified + (open - certified) / 2
      return true
    }
  }

  /// Examples with the same bracket.
  private struct Item {
    var examples: OpenExamples
    let bracket: Bracket
  }

  /// What one ε has shown of an example.
  private struct Step {
    let verdict: Verdict
    let epsilon: Float
    /// Whether the search for this example is over.
    let isLast: Bool
  }

  /// The radii of all examples, in order.
  ///
  /// - Parameters:
  ///   - set: Its norm and domain count, not its ε.
  ///   - observe: Gets the radii soon after they are known, in the order of the examples, and how far
  ///     the work is. What it throws ends the work.
  /// - Throws: ``Bounds/BoundsError``, and what `observe` throws.
  public func radii(
    of network: Network, on data: LabeledImages, within set: Perturbation,
    by methods: [BoundMethod], budget: Budget = Budget(),
    observe: ([CertifiedRadius], WorkProgress) throws -> Void = { _, _ in }
  ) throws -> [CertifiedRadius] {
    let decisions = try Decisions(network, ExampleSource(data), set, by: methods, budget: budget)
    let examples = data.labels.indices.map {
      OpenExamples.Example(index: $0, methods: methods.count)
    }
    let start = Bracket(halvings: halvings, epsilon: upperEnd)
    let items = decisions.items(examples, epsilon: upperEnd).map {
      Item(examples: $0, bracket: start)
    }
    var known: [Int: CertifiedRadius] = [:]
    var ordered = OrderedResults<CertifiedRadius>(Array(data.labels.indices))
    try OpenItems.work(on: items, mostAtOnce: data.count, budget: budget) { item in
      Self.advance(item, decisions)
    } deliver: { steps in
      var done: [CertifiedRadius] = []
      for step in steps {
        let radius = CertifiedRadius(known[step.verdict.index], step.verdict, at: step.epsilon)
        known[step.verdict.index] = radius
        if step.isLast { done.append(radius) }
      }
      let ready = ordered.add(done, index: \.verdict.index)
      try observe(ready, WorkProgress(.certification, done: ordered.count, of: data.count))
    }
    return ordered.all
  }

  private static func advance(
    _ item: Item, _ decisions: Decisions
  ) -> OpenItems.Outcome<Item, Step> {
    let outcome = decisions.advance(item.examples)
    var steps: [Step] = []
    var further: [Bool: [Int]] = [:]
    for verdict in outcome.results {
      let isCertified = verdict.status == .certified
      var bracket = item.bracket
      // A wrong answer has no radius, nor has one that is not finite without perturbation; bounds that
      // are not finite at a large ε may be so at a smaller one.
      let goesOn = verdict.prediction == verdict.label && bracket.advance(isCertified: isCertified)
      steps.append(Step(verdict: verdict, epsilon: item.bracket.epsilon, isLast: !goesOn))
      if goesOn { further[isCertified, default: []].append(verdict.index) }
    }
    let next = further.sorted { !$0.key && $1.key }.map { isCertified, indices in
      var bracket = item.bracket
      _ = bracket.advance(isCertified: isCertified)
      let examples = indices.map {
        OpenExamples.Example(index: $0, methods: decisions.methods.count)
      }
      return Item(
        examples: OpenExamples(examples: examples, epsilon: bracket.epsilon), bracket: bracket)
    }
    return OpenItems.Outcome(
      results: steps, open: outcome.open.map { Item(examples: $0, bracket: item.bracket) } + next)
  }
}

extension CertifiedRadius {
  /// What is known after one more ε.
  fileprivate init(_ before: CertifiedRadius?, _ verdict: Verdict, at epsilon: Float) {
    let wasCertified = before?.verdict.status == .certified
    let isCertified = verdict.status == .certified
    self.verdict = isCertified || !wasCertified ? verdict : before!.verdict
    let isRight = self.verdict.status == .certified || self.verdict.status == .unknown
    radius = isCertified ? epsilon : isRight ? before?.radius ?? 0 : nil
    open = isCertified ? before?.open : verdict.prediction == verdict.label ? epsilon : nil
  }
}
