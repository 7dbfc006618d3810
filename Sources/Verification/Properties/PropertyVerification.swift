import Bounds
import Formats
import Networks
import Tensors

/// An input in a property's case with unsafe outputs.
public struct Counterexample: Sendable, Equatable {
  /// The case of the property, from 0.
  public let caseIndex: Int
  /// X in the property's order. The network reads them rounded to Float32.
  public let inputs: [Double]
  /// What the network computes in Float32.
  public let outputs: [Float]
}

/// What is known of a property.
public struct PropertyVerdict: Sendable, Equatable {
  public enum Answer: Sendable, Equatable {
    /// Proved: no input is unsafe.
    case unsat
    /// Some input is unsafe, such as this one.
    case sat(Counterexample)
    /// Neither was proved.
    case unknown

    /// The competition's word.
    public var word: String {
      switch self {
      case .unsat: "unsat"
      case .sat: "sat"
      case .unknown: "unknown"
      }
    }
  }

  public let answer: Answer
  /// The number of the property's cases.
  public let cases: Int
  /// How many of them are proved to hold no unsafe input.
  public let refuted: Int
  /// The smallest, over the cases, of the best lower bound of a·y − b that a constraint of the case
  /// has; nil where a case has no finite one, or there are no cases. Above 0 all are refuted.
  public let bound: Double?
  /// The method that gave it.
  public let method: BoundMethod?
}

/// What ``verify(_:_:by:search:memoryBudget:progress:)`` is doing.
public enum VerificationStage: Sendable, Equatable {
  case bounds(BoundMethod, open: Int)
  case search(open: Int)
}

/// Decides a property: by the first method; by a search for a counterexample in the cases that it
/// leaves open; then by the other methods in order.
///
/// A case is refuted if one of its constraints a·y ≤ b has a finite lower bound of a·y − b above 0.
/// As elsewhere, bounds hold in real arithmetic.
///
/// - Parameters:
///   - memoryBudget: Bytes that the forms of a backward pass may take.
///   - progress: Called before each box of each stage, with the number of cases still open.
/// Throws ``BoundsError/input(_:)`` where the property has another number of inputs or outputs, and
/// ``BoundsError`` for a layer without rules and for no method.
public func verify(
  _ network: Network, _ property: VNNLIBProperty, by methods: [BoundMethod],
  search: CounterexampleSearch = CounterexampleSearch(),
  memoryBudget: Int = certificationMemory, progress: (VerificationStage) -> Void = { _ in }
) throws(BoundsError) -> PropertyVerdict {
  guard !methods.isEmpty else { throw .specification("no method to verify by") }
  try property.check(for: network)
  var refutation = Refutation(of: property)
  for (index, method) in methods.enumerated() {
    for group in property.boxes(of: refutation.open) {
      progress(.bounds(method, open: refutation.open.count))
      try refutation.learn(group, network, by: method, memoryBudget: memoryBudget)
    }
    guard !refutation.open.isEmpty else { break }
    guard index == 0 else { continue }
    progress(.search(open: refutation.open.count))
    let found = search.counterexample(of: network, to: property, in: refutation.open)
    if let found { return refutation.verdict(.sat(found)) }
  }
  return refutation.verdict(refutation.open.isEmpty ? .unsat : .unknown)
}

/// What bounds have shown of a property's cases.
private struct Refutation {
  private let property: VNNLIBProperty
  /// By case: the best bound of a constraint, and the method that gave it.
  private var best: [(bound: Double, method: BoundMethod)?]
  /// The cases that are not refuted, ascending.
  private(set) var open: [Int]

  init(of property: VNNLIBProperty) {
    self.property = property
    best = Array(repeating: nil, count: property.cases.count)
    open = Array(property.cases.indices)
  }

  /// Bounds the constraints of cases with the same box.
  mutating func learn(
    _ group: [Int], _ network: Network, by method: BoundMethod, memoryBudget: Int
  ) throws(BoundsError) {
    let constraints = group.flatMap { property.cases[$0].constraints }
    guard !constraints.isEmpty else { return }
    var bounds = try lowerBounds(
      of: network, over: InputBox(of: property.cases[group[0]], for: network).region, constraints,
      by: method, memoryBudget: memoryBudget)[...]
    for index in group {
      for bound in bounds.prefix(property.cases[index].constraints.count)
      where bound.isFinite && bound > best[index]?.bound ?? -.infinity {
        best[index] = (bound, method)
      }
      bounds = bounds.dropFirst(property.cases[index].constraints.count)
    }
    open.removeAll { best[$0]?.bound ?? 0 > 0 }
  }

  func verdict(_ answer: PropertyVerdict.Answer) -> PropertyVerdict {
    let weakest = best.contains { $0 == nil } ? nil : best.compactMap(\.self).min { $0.0 < $1.0 }
    return PropertyVerdict(
      answer: answer, cases: property.cases.count, refuted: property.cases.count - open.count,
      bound: weakest?.bound, method: weakest?.method)
  }
}

extension VNNLIBProperty {
  /// Cases in runs with the same box.
  func boxes(of indices: [Int]) -> [[Int]] {
    var groups: [[Int]] = []
    for index in indices {
      if let first = groups.last?.first, cases[first].lower == cases[index].lower,
        cases[first].upper == cases[index].upper
      {
        groups[groups.count - 1].append(index)
      } else {
        groups.append([index])
      }
    }
    return groups
  }

  fileprivate func check(for network: Network) throws(BoundsError) {
    let size = network.inputShape.reduce(1, *)
    guard inputs == size else {
      throw .input(
        "has \(inputs) inputs X, but the network takes \(size) \(network.inputShape)")
    }
    guard outputs == network.classes else {
      throw .input("has \(outputs) outputs Y, but the network gives \(network.classes)")
    }
  }
}
