import Bounds
import Datasets
import Foundation
import Networks
import Tensors

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
  public let upperEnd: Float
  public let halvings: Int

  /// - Parameter precision: Of the radius, a part of the upper end: 2⁻ⁿ, or the next smaller such.
  public init(upTo upperEnd: Float, precision: Float = 1 / 64) {
    self.upperEnd = upperEnd
    halvings = Int(min(max(log2(1 / precision).rounded(.up), 0), 20))
  }

  /// The distance between a radius and the least ε that was not certified.
  public var resolution: Float { upperEnd / Float(1 << halvings) }
}

extension RadiusSearch {
  /// What is known of an example during the search.
  fileprivate struct Bracket {
    var verdict: Verdict
    var certified: Float = 0
    var open: Float?
  }

  /// The radii of all examples, in order.
  ///
  /// - Parameters:
  ///   - set: Its norm and domain count, not its ε.
  ///   - progress: Called with the number of examples × ε decided so far, and of all.
  /// Throws ``BoundsError`` and what `progress` throws.
  public func radii(
    of network: Network, on data: LabeledImages, within set: Perturbation,
    by methods: [BoundMethod], memoryBudget: Int = certificationMemory,
    progress: (Int, Int) throws -> Void = { _, _ in }
  ) throws -> [CertifiedRadius] {
    let batches = CertificationBatches(
      network: network, data: data, methods: methods, memoryBudget: memoryBudget)
    let all = data.count * (halvings + 1)
    var brackets = try batches.verdicts(on: Array(0..<data.count), set.withEpsilon(upperEnd)) {
      try progress($0, all)
    }.map { Bracket($0) }
    for index in brackets.indices { brackets[index].begin(at: upperEnd) }
    for halving in 0..<halvings {
      var done = data.count * (halving + 1)
      for (epsilon, indices) in Self.middles(of: brackets) {
        let verdicts = try batches.verdicts(on: indices, set.withEpsilon(epsilon)) {
          try progress(done + $0, all)
        }
        for (index, verdict) in zip(indices, verdicts) {
          brackets[index].learn(verdict, at: epsilon)
        }
        done += indices.count
      }
    }
    return brackets.map(\.result)
  }

  /// The ε to try next, each with its examples.
  private static func middles(of brackets: [Bracket]) -> [(epsilon: Float, indices: [Int])] {
    let searched = brackets.indices.filter { brackets[$0].open != nil }
    // Halving is exact in binary, so that examples at the same place have the same ε.
    return Dictionary(grouping: searched) {
      brackets[$0].certified + (brackets[$0].open! - brackets[$0].certified) / 2
    }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}

extension RadiusSearch.Bracket {
  fileprivate init(_ verdict: Verdict) { self.verdict = verdict }

  /// A wrong answer has no radius, nor has one that is not finite without perturbation; bounds that
  /// are not finite at a large ε may be so at a smaller one.
  fileprivate mutating func begin(at epsilon: Float) {
    if verdict.status == .certified {
      certified = epsilon
    } else if verdict.status != .misclassified, verdict.prediction == verdict.label {
      open = epsilon
    }
  }

  fileprivate mutating func learn(_ verdict: Verdict, at epsilon: Float) {
    if verdict.status == .certified {
      (self.verdict, certified) = (verdict, epsilon)
    } else {
      open = epsilon
      if self.verdict.status != .certified { self.verdict = verdict }
    }
  }

  fileprivate var result: CertifiedRadius {
    let isRight = verdict.status == .certified || verdict.status == .unknown
    return CertifiedRadius(verdict: verdict, radius: isRight ? certified : nil, open: open)
  }
}
