import Bounds
import Formats
import Networks
import Synchronization
import Tensors

/// An input in a case of a property with unsafe outputs: the proof that the property does not hold.
///
/// The network has been evaluated on it alone, and its outputs satisfy the case's constraints with
/// a little to spare, so that another implementation, which rounds in another order, finds them
/// unsafe as well.
public struct Counterexample: Sendable, Equatable {
  /// The case of the property that the input and its outputs are of, from 0.
  public let caseIndex: Int
  /// The inputs X in the property's order, within its box. The network reads them rounded to
  /// Float32.
  public let inputs: [Double]
  /// The outputs Y that the network computes in Float32.
  public let outputs: [Float]
}

/// What is known of a property after verification.
///
/// ```swift
/// if case .sat(let example) = verdict.answer {
///   print(example.inputs, example.outputs)
/// }
/// ```
///
/// A property's unsafe set is the union of its cases, each a box of inputs with constraints on the
/// outputs. The property holds if every case is refuted, that is proved to hold no unsafe input;
/// one counterexample is enough for the contrary. Like all certificates, refutations hold for the
/// network as a runtime computes it in Float32, unless another arithmetic is asked for.
public struct PropertyVerdict: Sendable, Equatable {
  /// What was decided, as the verification competition has it.
  public enum Answer: Sendable, Equatable {
    /// The property is proved: no input is unsafe.
    case unsat
    /// The property is broken: some input is unsafe, such as this one.
    case sat(Counterexample)
    /// Neither was proved, by the methods and the search that were tried.
    case unknown

    /// The competition's word for the answer.
    public var word: String {
      switch self {
      case .unsat: "unsat"
      case .sat: "sat"
      case .unknown: "unknown"
      }
    }
  }

  /// What was decided.
  public let answer: Answer
  /// The number of the property's cases.
  public let cases: Int
  /// The number of cases that are proved to hold no unsafe input.
  public let refuted: Int
  /// The smallest, over the cases, of the best lower bound of a·y − b that a constraint of the case
  /// has; above 0 all cases are refuted. nil where a case has no finite one, or there are no cases.
  ///
  /// For a comparison of two outputs of a softmax, which is decided on the logits, the least normal
  /// number stands for "above 0".
  public let bound: Double?
  /// The method that gave the ``bound``.
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
  /// A case is refuted if one of its constraints a·y ≤ b has a finite lower bound of a·y − b above
  /// 0 over the box: no input then satisfies them all. Bounds account for rounding
  /// unless `arithmetic` is real.
  ///
  /// With a budget that is spent methods and search stop, and the answer is unknown unless it was
  /// found before.
  ///
  /// - Parameters:
  ///   - methods: The methods in the order in which they are tried, at least one; each goes on from
  ///     what the one before has found in a box.
  ///   - arithmetic: Which network `unsat` speaks of: the deployed one where nothing else is said.
  ///   - search: How a counterexample is looked for, and how long.
  ///   - budget: The memory that bounds may take, and when to stop.
  ///   - observe: Called soon after cases are bounded, and before the search. What it throws ends
  ///     the work.
  /// - Throws: `BoundsError.input(_:)` where the property has another number of inputs or
  ///   outputs, and `BoundsError` for a layer without rules, for no method and for
  ///   constraints with numbers beyond Float32's range; what `observe` throws.
  public func verify(
    _ property: VNNLIBProperty, by methods: [BoundMethod],
    arithmetic: Arithmetic = .certified,
    search: CounterexampleSearch = CounterexampleSearch(), budget: Budget = Budget(),
    observe: (WorkProgress) throws -> Void = { _ in }
  ) throws -> PropertyVerdict {
    guard !methods.isEmpty else { throw BoundsError.specification("no method to verify by") }
    try property.check(for: self)
    var refutation = Refutation(of: property)
    let work = BoxWork(
      network: try PropertyNetwork(self, arithmetic: arithmetic), input: self, property: property,
      methods: methods)
    let open = try work.run(
      property.boxes(of: refutation.open).map { BoxWork.Item(cases: $0) }, upTo: 1, budget,
      &refutation, observe)
    guard !refutation.open.isEmpty else { return refutation.verdict(.unsat) }
    if let found = refutation.counterexample { return refutation.verdict(.sat(found)) }
    try observe(
      WorkProgress(
        .search, done: property.cases.count - refutation.open.count, of: property.cases.count))
    let found = search.counterexample(
      of: self, to: property, in: refutation.open, budget: budget)
    if let found { return refutation.verdict(.sat(found)) }
    if methods.count > 1 {
      _ = try work.run(open, upTo: methods.count, budget, &refutation, observe)
    }
    if let found = refutation.counterexample { return refutation.verdict(.sat(found)) }
    return refutation.verdict(refutation.open.isEmpty ? .unsat : .unknown)
  }
}

/// The boxes of a property, each bounded by one method after the other.
///
/// Many cases of a property have the same box and differ in their constraints alone. They are
/// bounded together, so that what is found out about the network on a box is found once.
private struct BoxWork {
  /// Cases with the same box, with what is known of the network there: an item of work.
  struct Item {
    /// Numbers of the cases that are not refuted.
    var cases: [Int]
    /// What methods have found out on the box; nil before the first one, and where memory does not
    /// hold it between methods.
    var bounding: BoxBounding?
    /// The number of the method whose turn it is.
    var method = 0
  }

  /// The bounds of an item's constraints, case by case, by one method.
  struct Step {
    let item: Item
    let method: BoundMethod
    let bounds: [[Double]]
    /// An unsafe input that branching came upon.
    var counterexample: Counterexample?
  }

  /// The network, prepared for bounds.
  let network: PropertyNetwork
  /// The network as it was given, which knows the order of a property's inputs.
  let input: Network
  let property: VNNLIBProperty
  let methods: [BoundMethod]

  /// Has the methods before number `end` bound the items' cases, and takes what they find into the
  /// refutation.
  ///
  /// - Returns: What they leave open, in the order of the cases.
  func run(
    _ items: [Item], upTo end: Int, _ budget: Budget, _ refutation: inout Refutation,
    _ observe: (WorkProgress) throws -> Void
  ) throws -> [Item] {
    let isDecided = Signal()
    var budget = budget
    budget.isStopped = { [isStopped = budget.isStopped] in isDecided.isSet || isStopped() }
    let (share, plan) = (budget.share, network.outputs.plan)
    // What is known of boxes is kept between methods while it fits into half of the memory.
    let keeps = items.count * plan.bytesPerExample <= budget.memory / 2
    var left: [Int: Item] = [:]
    try OpenItems.work(
      on: items, mostAtOnce: min(items.count, plan.groupsAtOnce(of: 1, within: budget)),
      budget: budget
    ) { item in
      let (step, open) = advance(item, share)
      if step.counterexample != nil { isDecided.set() }
      let goesOn = open.map { $0.method < end } ?? false
      return OpenItems.Outcome(results: [(step, open)], open: goesOn ? [open!] : [])
    } deliver: { results in
      for (step, open) in results {
        refutation.learn(step.bounds, of: step.item.cases, by: step.method)
        if refutation.counterexample == nil { refutation.counterexample = step.counterexample }
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
    if let branching = method.branching { return branch(item, branching, budget) }
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

extension BoxWork {
  /// Has branch and bound decide an item's cases, one after the other, until one is found unsafe.
  private func branch(
    _ item: Item, _ branching: Branching, _ budget: Budget
  ) -> (step: Step, open: Item?) {
    let box = InputBox(of: property.cases[item.cases[0]], for: input)
    var bounding = item.bounding ?? BoxBounding(network, over: box.region)
    var bounds: [[Double]] = []
    var open: [Int] = []
    var found: Counterexample?
    for index in item.cases {
      guard found == nil, !budget.isSpent else {
        bounds.append([])
        open.append(index)
        continue
      }
      let outcome = bounding.branch(
        property.cases[index].constraints, by: branching, budget: branching.limiting(budget)
      ) { points in
        found = CounterexampleSearch.counterexample(
          of: input, to: property, case: index, among: points)
        return found != nil
      }
      bounds.append([Double(outcome.bound)])
      if !(outcome.bound.isFinite && outcome.bound > 0) { open.append(index) }
    }
    let step = Step(
      item: item, method: methods[item.method], bounds: bounds, counterexample: found)
    guard !open.isEmpty, found == nil else { return (step, nil) }
    return (step, Item(cases: open, bounding: bounding, method: item.method + 1))
  }
}

/// Something that lanes tell each other once: here that one of them has found a counterexample, so that
/// the others stop.
private final class Signal: Sendable {
  private let state = Mutex(false)

  var isSet: Bool { state.withLock { $0 } }

  func set() { state.withLock { $0 = true } }
}

/// What bounds have shown of a property's cases so far.
private struct Refutation {
  /// The property whose cases are to be refuted.
  private let property: VNNLIBProperty
  /// For each case the best bound of a constraint, and the method that gave it; nil before a finite
  /// one.
  private var best: [(bound: Double, method: BoundMethod)?]
  /// The cases that are not refuted, ascending.
  private(set) var open: [Int]
  /// The first unsafe input that branching came upon.
  var counterexample: Counterexample?

  /// Begins with all cases open.
  init(of property: VNNLIBProperty) {
    self.property = property
    best = Array(repeating: nil, count: property.cases.count)
    open = Array(property.cases.indices)
  }

  /// Takes in bounds of the constraints of some cases.
  ///
  /// - Parameter bounds: Lower bounds of a·y − b, for each of the cases its constraints in order;
  ///   NaN and infinity are passed over.
  mutating func learn(_ bounds: [[Double]], of cases: [Int], by method: BoundMethod) {
    for (index, bounds) in zip(cases, bounds) {
      for bound in bounds where bound.isFinite && bound > best[index]?.bound ?? -.infinity {
        best[index] = (bound, method)
      }
    }
    let refuted = Set(cases.filter { best[$0]?.bound ?? 0 > 0 })
    if !refuted.isEmpty { open.removeAll { refuted.contains($0) } }
  }

  /// The verdict with an answer, and with the bounds so far.
  func verdict(_ answer: PropertyVerdict.Answer) -> PropertyVerdict {
    let weakest = best.contains { $0 == nil } ? nil : best.compactMap(\.self).min { $0.0 < $1.0 }
    return PropertyVerdict(
      answer: answer, cases: property.cases.count, refuted: property.cases.count - open.count,
      bound: weakest?.bound, method: weakest?.method)
  }
}

extension VNNLIBProperty {
  /// Returns cases in runs with the same box.
  ///
  /// - Parameter indices: Numbers of cases, ascending; those with the same box stand together in a
  ///   property.
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

  /// Checks that the property speaks about a network's inputs and outputs, in numbers that it can
  /// hold.
  ///
  /// - Throws: ``BoundsError/input(_:)`` for another number of inputs or outputs, and
  ///   ``BoundsError/specification(_:)`` for constraints beyond Float32's range.
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
