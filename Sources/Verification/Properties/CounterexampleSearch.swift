import Bounds
import Formats
import Networks
import Tensors

/// A quick search for an input of a property's cases whose outputs are unsafe.
///
/// First it evaluates the centre, corners and random points of each box. Then it tries projected
/// gradient descent on the constraint that is violated most, for the cases that came nearest, from
/// random points: each coordinate moves by a step in proportion to the width of its box, against
/// the sign of its derivative.
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
    samples: Int = 64, cases: Int = 64, restarts: Int = 4, steps: Int = 50, seed: UInt64 = 0
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
    for group in property.boxes(of: candidates) {
      guard !budget.isSpent else { return nil }
      let box = InputBox(of: property.cases[group[0]], for: network)
      let points = points(in: box, using: &random)
      let outputs = network(points).rowsOfScalars
      for index in group {
        let part = property.cases[index]
        let excesses = outputs.map { part.largestExcess(of: $0) }
        for row in excesses.indices where part.isUnsafe(outputs[row]) {
          let point = points.rows(row..<row + 1)
          if let found = confirmed(point, network, property, index) { return found }
        }
        nearest.append((index, excesses.filter { !$0.isNaN }.min() ?? .infinity))
      }
    }
    let order = nearest.sorted { $0.excess < $1.excess }.prefix(cases).map(\.index)
    return descend(network, property, order, budget, using: &random)
  }

  /// The centre, then random corners and random points in turn: [samples, …shape].
  private func points(in box: InputBox, using random: inout RandomSource) -> Tensor {
    let (lower, upper) = box.ends
    let center = (lower * 0.5) + (upper * 0.5)
    let others = (1..<max(samples, 2)).map { number in
      let weights = Tensor.uniform(lower.shape, in: 0...1, using: &random)
      return number % 2 == 0
        ? Self.point(weights, lower, upper)
        : Self.point((weights - Tensor(shape: lower.shape, repeating: 0.5)).steps, lower, upper)
    }
    // Combinations of the ends may leave the box by a rounding.
    return Tensor.concatenated([center] + others).clamped(
      lower: lower.repeated(others.count + 1), upper: upper.repeated(others.count + 1))
  }

  /// The point whose coordinates go from the lower end at weight 0 to the upper end at weight 1.
  private static func point(_ weights: Tensor, _ lower: Tensor, _ upper: Tensor) -> Tensor {
    let ones = Tensor(shape: weights.shape, repeating: 1)
    return lower.scaled(by: ones - weights) + upper.scaled(by: weights)
  }

  /// The counterexample at a point, if the network evaluated on it alone says so too: kernels may
  /// sum a batch in another order than one example.
  private func confirmed(
    _ point: Tensor, _ network: Network, _ property: VNNLIBProperty, _ index: Int
  ) -> Counterexample? {
    let outputs = network(point).scalars
    guard property.cases[index].isUnsafe(outputs) else { return nil }
    let inputs = InputBox(of: property.cases[index], for: network).inputs(at: point)
    return Counterexample(caseIndex: index, inputs: inputs, outputs: outputs)
  }
}

/// Projected gradient descent, each row of a batch in the box of its case.
extension CounterexampleSearch {
  /// The number of starts that are followed at once.
  private static let rowsAtOnce = 64

  /// Descends from all starts of some cases, a batch after the other.
  private func descend(
    _ network: Network, _ property: VNNLIBProperty, _ indices: [Int], _ budget: Budget,
    using random: inout RandomSource
  ) -> Counterexample? {
    let rows = indices.filter { !property.cases[$0].constraints.isEmpty }
      .flatMap { [Int](repeating: $0, count: restarts) }
    for start in stride(from: 0, to: rows.count, by: Self.rowsAtOnce) {
      let chunk = Array(rows[start..<min(start + Self.rowsAtOnce, rows.count)])
      if let found = descend(network, property, rows: chunk, budget, using: &random) {
        return found
      }
    }
    return nil
  }

  /// Descends from a random start for each row.
  ///
  /// The steps of a row sum up to 1.25 times the width of its box in each coordinate, so every
  /// point can be reached from every start.
  ///
  /// - Parameter rows: For each row the number of its case.
  private func descend(
    _ network: Network, _ property: VNNLIBProperty, rows: [Int], _ budget: Budget,
    using random: inout RandomSource
  ) -> Counterexample? {
    let ends = rows.map { InputBox(of: property.cases[$0], for: network).ends }
    let lower = Tensor.concatenated(ends.map(\.lower))
    let upper = Tensor.concatenated(ends.map(\.upper))
    let stride = (upper - lower) * (1.25 / Float(max(steps, 1)))
    let weights = Tensor.uniform(lower.shape, in: 0...1, using: &random)
    var points = Self.point(weights, lower, upper).clamped(lower: lower, upper: upper)
    for step in 0...steps {
      guard !budget.isSpent else { return nil }
      let (outputs, gradient) = excessGradient(network, points, rows.map { property.cases[$0] })
      for (row, index) in rows.enumerated() where property.cases[index].isUnsafe(outputs[row]) {
        let point = points.rows(row..<row + 1)
        if let found = confirmed(point, network, property, index) { return found }
      }
      if step == steps { break }
      points = (points - gradient.signs.scaled(by: stride)).clamped(lower: lower, upper: upper)
    }
    return nil
  }

  /// Returns the outputs, and the gradient of each row's largest excess with respect to the inputs.
  private func excessGradient(
    _ network: Network, _ points: Tensor, _ parts: [VNNLIBProperty.Case]
  ) -> (outputs: [[Float]], gradient: Tensor) {
    var outputs: [[Float]] = []
    let result = withGradients(at: [points]) { watched in
      let values = network(watched[0])
      outputs = values.detached.rowsOfScalars
      let weights = zip(parts, outputs).flatMap { $0.weightsOfLargestExcess(of: $1) }
      return values.scaled(by: Tensor(shape: values.shape, weights)).sum()
    }
    return (outputs, result.gradients[0])
  }
}

extension Tensor {
  /// 1 where a scalar is positive, 0 elsewhere.
  fileprivate var steps: Tensor { relu(signs) }

  /// The rows of [rows, n] as arrays.
  fileprivate var rowsOfScalars: [[Float]] {
    read { scalars in
      let size = shape[0] == 0 ? 0 : scalars.count / shape[0]
      return (0..<shape[0]).map { Array(scalars[($0 * size)..<(($0 + 1) * size)]) }
    }
  }
}
