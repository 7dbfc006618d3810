import Bounds
import Formats
import Networks
import Tensors

/// A quick search for an input of a property's cases whose outputs are unsafe.
///
/// First it evaluates the centre, corners and random points of each box; many where there are few
/// inputs. Then it descends from random and from diversified starts for the cases that came nearest
/// (``CounterexampleDescent``).
///
/// What it finds is checked by evaluating the network on that input alone; that it finds nothing
/// proves nothing. The same seed gives the same search.
public struct CounterexampleSearch: Sendable, Equatable {
  /// The number of points evaluated in each box, at least two.
  package var samples: Int
  /// The most cases that descent is tried on.
  package var cases: Int
  /// The number of starts of descent for each of them.
  package var restarts: Int
  /// The number of gradient steps from each start.
  package var steps: Int
  /// Decides all random points.
  package var seed: UInt64

  /// Creates a search; the defaults are an effort for a quick look between two methods.
  public init(
    samples: Int = 64, cases: Int = 64, restarts: Int = 16, steps: Int = 60, seed: UInt64 = 0
  ) {
    (self.samples, self.cases, self.restarts) = (samples, cases, restarts)
    (self.steps, self.seed) = (steps, seed)
  }

  /// Searches the given cases of a property that fits the network.
  ///
  /// - Parameters:
  ///   - candidates: Numbers of the cases, ascending.
  ///   - budget: When to stop. It is looked at before each box and before each step of a descent.
  /// - Returns: The first counterexample found; nil if none was, or none before the budget was
  ///   spent.
  func counterexample(
    of network: Network, to property: VNNLIBProperty, in candidates: [Int],
    budget: Budget = Budget()
  ) -> Counterexample? {
    var random = RandomSource(seed: seed, purpose: "counterexample")
    var nearest: [(index: Int, excess: Double)] = []
    let boxes = property.boxes(of: candidates)
    for group in boxes {
      guard !budget.isSpent else { return nil }
      let box = InputBox(of: property.cases[group[0]], for: network)
      var excesses = [Double](repeating: .infinity, count: group.count)
      for count in counts(of: boxes.count, inputs: property.inputs) {
        let points = points(count, in: box, using: &random)
        let outputs = network(points).rowsOfScalars
        for (place, index) in group.enumerated() {
          let part = property.cases[index]
          for row in outputs.indices {
            let excess = part.largestExcess(of: outputs[row])
            if excess < excesses[place] { excesses[place] = excess }
            guard excess <= 0, part.isUnsafe(outputs[row]) else { continue }
            let point = points.rows(row..<row + 1)
            if let found = Self.confirmed(point, network, property, index) { return found }
          }
        }
      }
      nearest += zip(group, excesses).map { ($0, $1) }
    }
    let order = nearest.sorted { $0.excess < $1.excess }.prefix(cases).map(\.index)
    return descend(network, property, order, budget, using: &random)
  }

  /// How many points to evaluate at once in each of some boxes: many where there are few inputs, since
  /// they then come near every input.
  private func counts(of boxes: Int, inputs: Int) -> [Int] {
    guard inputs <= Self.fewInputs else { return [max(samples, 2)] }
    let all = max(min(Self.bulk / max(boxes, 1), Self.bulk / 8), samples, 2)
    return stride(from: 0, to: all, by: 1024).map { min(all - $0, 1024) }.filter { $0 > 1 }
  }

  /// The most inputs that random points can come near to.
  private static let fewInputs = 16
  /// The points in all boxes of few inputs together, about.
  private static let bulk = 1 << 16

  /// The centre, then random corners and random points in turn: [count, …shape].
  private func points(
    _ count: Int, in box: InputBox, using random: inout RandomSource
  ) -> Tensor {
    let (lower, upper) = box.ends
    let shape = [count] + lower.shape.dropFirst()
    let weights = Tensor.uniform(shape, in: 0...1, using: &random)
    let size = lower.count
    var places = weights
    places.modify { places in
      for row in 0..<count where row == 0 || row % 2 == 1 {
        for i in row * size..<(row + 1) * size {
          places[i] = row == 0 ? 0.5 : places[i] > 0.5 ? 1 : 0
        }
      }
    }
    return Self.points(
      at: places, lower: lower.repeated(count), upper: upper.repeated(count))
  }

  /// The points whose coordinates go from the lower end at 0 to the upper end at 1. Combinations of
  /// the ends may leave the box by a rounding, and are brought back.
  static func points(at places: Tensor, lower: Tensor, upper: Tensor) -> Tensor {
    let rest = Tensor(shape: places.shape, repeating: 1) - places
    return (lower.scaled(by: rest) + upper.scaled(by: places)).clamped(lower: lower, upper: upper)
  }

  /// Returns a counterexample among some points, brought into the box of a case.
  static func counterexample(
    of network: Network, to property: VNNLIBProperty, case index: Int, among points: Tensor
  ) -> Counterexample? {
    let part = property.cases[index]
    let (lower, upper) = InputBox(of: part, for: network).ends
    let count = points.shape[0]
    let points = points.clamped(lower: lower.repeated(count), upper: upper.repeated(count))
    let outputs = network(points).rowsOfScalars
    for row in 0..<count where part.isUnsafe(outputs[row]) {
      if let found = Self.confirmed(points.rows(row..<row + 1), network, property, index) {
        return found
      }
    }
    return nil
  }

  /// The counterexample at a point, if the network evaluated on it alone says so too: kernels may
  /// sum a batch in another order than one example.
  static func confirmed(
    _ point: Tensor, _ network: Network, _ property: VNNLIBProperty, _ index: Int
  ) -> Counterexample? {
    let outputs = network(point).scalars
    guard property.cases[index].isUnsafe(outputs) else { return nil }
    let inputs = InputBox(of: property.cases[index], for: network).inputs(at: point)
    return Counterexample(caseIndex: index, inputs: inputs, outputs: outputs)
  }
}

/// Descent, each row of a batch in the box of its case.
extension CounterexampleSearch {
  /// The number of starts that are followed at once.
  private static let rowsAtOnce = 64

  /// Descends from all starts of some cases, a batch after the other.
  private func descend(
    _ network: Network, _ property: VNNLIBProperty, _ indices: [Int], _ budget: Budget,
    using random: inout RandomSource
  ) -> Counterexample? {
    let starts = indices.filter { !property.cases[$0].constraints.isEmpty }.flatMap { index in
      (0..<restarts).map { CounterexampleDescent.Start(caseIndex: index, number: $0) }
    }
    for part in starts.split(by: Self.rowsAtOnce) {
      let descent = CounterexampleDescent(network, property, part, steps: steps)
      guard !budget.isSpent else { return nil }
      if let found = descent.run(budget, using: &random) { return found }
    }
    return nil
  }
}

extension Tensor {
  /// The rows of [rows, n] as arrays.
  var rowsOfScalars: [[Float]] {
    read { scalars in
      let size = shape[0] == 0 ? 0 : scalars.count / shape[0]
      return (0..<shape[0]).map { Array(scalars[($0 * size)..<(($0 + 1) * size)]) }
    }
  }
}
