import Bounds
import Datasets
import Foundation
import Networks

/// How large an ε an example is certified at.
///
/// A radius search brackets the answer: at ``radius`` some method certified the example, at
/// ``open``, a little larger, none did. What lies between is not known.
public struct CertifiedRadius: Sendable, Equatable {
  /// The example with the best that is known of it: certified, at the ``radius``, where that is
  /// above 0.
  public let verdict: Verdict
  /// The largest ε tried at which a method certified the example; it is robust at every smaller one
  /// too. 0 where no ε tried was certified; nil where the answer is wrong or a number not finite.
  public let radius: Float?
  /// The least larger ε tried, at which no method certified the example; nil where the largest of
  /// all was certified.
  public let open: Float?
}

/// Searches for each example's certified radius by bisection, all examples together.
///
/// ```swift
/// let radii = try RadiusSearch(upTo: 0.4).radii(
///   of: network, on: data.test.prefix(100), within: .linf(epsilon: 0.4, within: 0...1),
///   by: [.interval, .crown()])
/// for example in radii { print(example.verdict.index, example.radius ?? 0) }
/// ```
///
/// It tries the upper end first, then halves the bracket between a certified ε and an open one, as
/// often as the precision asks. Examples with the same bracket are bounded together.
///
/// A bound need not shrink with ε, so a larger ε may be certifiable than the one found. But sets of
/// a smaller ε lie within those of a larger one, so what is found holds.
public struct RadiusSearch: Sendable, Equatable {
  /// The largest ε tried, in raw pixel units.
  package let upperEnd: Float
  /// The number of times that a bracket is halved, at most 20.
  package let halvings: Int

  /// Creates a search.
  ///
  /// - Parameter precision: The width of the last bracket as a part of the upper end. It is 2⁻ⁿ:
  ///   another number is taken for the next smaller such.
  /// - Precondition: The upper end is finite and not negative, and the precision is above 0.
  public init(upTo upperEnd: Float, precision: Float = 1 / 64) {
    precondition(
      upperEnd.isFinite && upperEnd >= 0,
      "the upper end of a search for radii must be finite and not negative, not \(upperEnd)")
    precondition(
      precision > 0, "the precision of a search for radii must be above 0, not \(precision)")
    self.upperEnd = upperEnd
    halvings = Int(min(max(log2(1 / precision).rounded(.up), 0), 20))
  }

  /// The distance between a radius and the least ε that was not certified.
  package var resolution: Float { upperEnd / Float(1 << halvings) }
}

extension RadiusSearch {
  /// Where the radii of some examples are known to lie, and what to try next.
  fileprivate struct Bracket {
    /// The largest ε that was certified; 0 before one was.
    var certified: Float = 0
    /// The least ε that was not; nil before there is one.
    var open: Float?
    /// The number of halvings left.
    var halvings: Int
    /// The ε to try.
    var epsilon: Float

    /// Takes in what the ε tried has shown, and chooses the next one.
    ///
    /// Halving is exact in binary, so that no two examples differ by a rounding.
    ///
    /// - Returns: Whether there is a next one.
    mutating func advance(isCertified: Bool) -> Bool {
      if isCertified { certified = epsilon } else { open = epsilon }
      guard let open, halvings > 0 else { return false }
      halvings -= 1
      epsilon = certified + (open - certified) / 2
      return true
    }
  }

  /// Examples with the same bracket, at some method.
  private struct Item {
    var examples: OpenExamples
    let bracket: Bracket
  }

  /// What one ε has shown of an example.
  private struct Step {
    /// The verdict at this ε.
    let verdict: Verdict
    /// The ε that was tried.
    let epsilon: Float
    /// Whether the search for this example is over.
    let isLast: Bool
  }

  /// Returns the radii of all examples, in order.
  ///
  /// - Parameters:
  ///   - set: Its norm and domain count, not its ε.
  ///   - methods: The methods that are tried at each ε, in order.
  ///   - budget: With one that is spent, examples whose search is not over are left out.
  ///   - observe: Gets the radii soon after they are known, in the order of the examples, and how
  ///     far the work is. What it throws ends the work.
  /// - Throws: `BoundsError` as certification does, and what `observe` throws.
  /// - Complexity: At most `halvings + 1` certifications of an example.
  public func radii(
    of network: Network, on data: LabeledImages, within set: Perturbation,
    by methods: [BoundMethod], arithmetic: Arithmetic = .certified, budget: Budget = Budget(),
    observe: ([CertifiedRadius], WorkProgress) throws -> Void = { _, _ in }
  ) throws -> [CertifiedRadius] {
    let decisions = try Decisions(
      network, ExampleSource(data), set, by: methods, arithmetic: arithmetic, budget: budget)
    let examples = data.labels.indices.map {
      OpenExamples.Example(index: $0, methods: methods.count)
    }
    let start = Bracket(halvings: halvings, epsilon: upperEnd)
    let items = decisions.items(examples, epsilon: upperEnd).map {
      Item(examples: $0, bracket: start)
    }
    var known: [Int: CertifiedRadius] = [:]
    var ordered = OrderedResults<CertifiedRadius>(Array(data.labels.indices))
    try OpenItems.work(
      on: items, mostAtOnce: min(data.count, decisions.itemsAtOnce), budget: budget
    ) { item in
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

  /// Has the next method decide what it can of an item, and sorts the examples that are decided by
  /// the half in which their search goes on.
  private static func advance(
    _ item: Item, _ decisions: Decisions
  ) -> OpenItems.Outcome<Item, Step> {
    let outcome = decisions.advance(item.examples)
    var steps: [Step] = []
    var further: [Bool: [Int]] = [:]
    for verdict in outcome.results {
      let isCertified = verdict.status == .certified
      var bracket = item.bracket
      // A wrong answer has no radius, nor has one that is not finite without perturbation; bounds
      // that are not finite at a large ε may be so at a smaller one.
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
  /// What is known of an example after one more ε.
  ///
  /// - Parameters:
  ///   - before: What was known until then; nil before the first ε.
  ///   - verdict: The verdict at the ε tried.
  fileprivate init(_ before: CertifiedRadius?, _ verdict: Verdict, at epsilon: Float) {
    let wasCertified = before?.verdict.status == .certified
    let isCertified = verdict.status == .certified
    self.verdict = isCertified || !wasCertified ? verdict : before!.verdict
    let isRight = [.certified, .unknown, .broken].contains(self.verdict.status)
    radius = isCertified ? epsilon : isRight ? before?.radius ?? 0 : nil
    open = isCertified ? before?.open : verdict.prediction == verdict.label ? epsilon : nil
  }
}
