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

extension Network {
  /// Decides a property: by the first method; by a search for a counterexample in the cases that it
  /// leaves open; then by the other methods in order.
  ///
  /// ```swift
  /// let property = try VNNLIBProperty(contentsOf: url)
  /// let verdict = try network.verify(property, by: [.interval, .crownIBP(), .crown()])
  /// print(verdict.answer.word)
  /// ```
  ///
  /// A case is refuted if one of its constraints a·y ≤ b has a finite lower bound of a·y − b above 0.
  /// As elsewhere, bounds hold in real arithmetic. With a budget that is spent the answer is unknown,
  /// unless it is found before.
  ///
  /// - Parameter observe: Called soon after cases are bounded, and before the search. What it throws
  ///   ends the work.
  /// - Throws: ``Bounds/BoundsError/input(_:)`` where the property has another number of inputs or
  ///   outputs, and ``Bounds/BoundsError`` for a layer without rules and for no method; what `observe`
  ///   throws.
  public func verify(
    _ property: VNNLIBProperty, by methods: [BoundMethod],
    search: CounterexampleSearch = CounterexampleSearch(), budget: Budget = Budget(),
    observe: (WorkProgress) throws -> Void = { _ in }
  ) throws -> PropertyVerdict {
    guard !methods.isEmpty else { throw BoundsError.specification("no method to verify by") }
    try property.check(for: self)
    var refutation = Refutation(of: property)
    let work = BoxWork(
      network: try PropertyNetwork(self), input: self, property: property, methods: methods)
    let open = try work.run(
      property.boxes(of: refutation.open).map { BoxWork.Item(cases: $0) }, upTo: 1, budget,
      &refutation, observe)
    guard !refutation.open.isEmpty else { return refutation.verdict(.unsat) }
    try observe(
      WorkProgress(
        .search, done: property.cases.count - refutation.open.count, of: property.cases.count))
    let found = search.counterexample(of: self, to: property, in: refutation.open)
    if let found { return refutation.verdict(.sat(found)) }
    if methods.count > 1 {
      _ = try work.run(open, upTo: methods.count, budget, &refutation, observe)
    }
    return refutation.verdict(refutation.open.isEmpty ? .unsat : .unknown)
  }
}

/// The boxes of a property, each bounded by one method after the other.
private struct BoxWork {
  /// Cases with the same box, with what is known of the network there.
  struct Item {
    var cases: [Int]
    var bounding: BoxBounding?
    var method = 0
  }

  /// The bounds of an item's constraints, case by case.
  struct Step {
    let item: Item
    let method: BoundMethod
    let bounds: [[Double]]
  }

  let network: PropertyNetwork
  let input: Network
  let property: VNNLIBProperty
  let methods: [BoundMethod]

  /// Has the methods before number `end` bound the items' cases.
  ///
  /// - Returns: What they leave open.
  func run(
    _ items: [Item], upTo end: Int, _ budget: Budget, _ refutation: inout Refutation,
    _ observe: (WorkProgress) throws -> Void
  ) throws -> [Item] {
    let share = budget.shared(by: min(Threads.count, items.count))
    // What is known of boxes is kept between methods while it fits into half of the memory.
    let keeps = items.count * network.outputs.plan.bytesPerExample <= budget.memory / 2
    var left: [Int: Item] = [:]
    try OpenItems.work(on: items, mostAtOnce: items.count, budget: budget) { item in
      let (step, open) = advance(item, share)
      let goesOn = open.map { $0.method < end } ?? false
      return OpenItems.Outcome(results: [(step, open)], open: goesOn ? [open!] : [])
    } deliver: { results in
      for (step, open) in results {
        refutation.learn(step.bounds, of: step.item.cases, by: step.method)
        left[step.item.cases[0]] = nil
        if var open {
          if !keeps { open.bounding = nil }
          left[open.cases[0]] = open
        }
      }
      try observe(
        WorkProgress(
          .bounds(results.last!.0.method), done: property.cases.count - refutation.open.count,
          of: property.cases.count))
    }
    return left.sorted { $0.key < $1.key }.map(\.value)
  }

  /// Has the method whose turn it is bound an item's cases.
  ///
  /// - Returns: The bounds, and the item with the cases that are not refuted; nil if none is left.
  private func advance(_ item: Item, _ budget: Budget) -> (step: Step, open: Item?) {
    let method = methods[item.method]
    let parts = item.cases.map { property.cases[$0].constraints }
    let box = InputBox(of: property.cases[item.cases[0]], for: input)
    var bounding = item.bounding ?? BoxBounding(network, over: box.region)
    var all = bounding.lowerBounds(of: Array(parts.joined()), by: method, budget: budget)[...]
    let bounds = parts.map { part in
      defer { all = all.dropFirst(part.count) }
      return Array(all.prefix(part.count))
    }
    let step = Step(item: item, method: method, bounds: bounds)
    let open = zip(item.cases, bounds).filter { !$1.contains { $0.isFinite && $0 > 0 } }.map(\.0)
    guard !open.isEmpty else { return (step, nil) }
    return (step, Item(cases: open, bounding: bounding, method: item.method + 1))
  }
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

  /// Takes in bounds of the constraints of some cases.
  mutating func learn(_ bounds: [[Double]], of cases: [Int], by method: BoundMethod) {
    for (index, bounds) in zip(cases, bounds) {
      for bound in bounds where bound.isFinite && bound > best[index]?.bound ?? -.infinity {
        best[index] = (bound, method)
      }
    }
    let refuted = Set(cases.filter { best[$0]?.bound ?? 0 > 0 })
    if !refuted.isEmpty { open.removeAll { refuted.contains($0) } }
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
    guard cases.allSatisfy({ $0.constraints.allSatisfy(\.isFinite) }) else {
      throw .specification("a constraint holds a number beyond Float32's range")
    }
  }
}
