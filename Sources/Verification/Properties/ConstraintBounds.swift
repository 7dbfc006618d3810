import Bounds
import Formats
import Networks
import Tensors

/// A network as its properties are decided on: its outputs, and the logits where a softmax ends it.
struct PropertyNetwork {
  /// The network whose outputs the constraints speak of.
  let outputs: BoundedNetwork
  /// The network without the softmax at its end; nil where there is none. Which of two
  /// probabilities is larger is decided on these.
  let logits: BoundedNetwork?
  /// Whether the softmax is a logarithmic one, so that outputs differ as logits do.
  let isLogarithmic: Bool
  /// What a difference of logits has to exceed so that outputs differ as well.
  let leastMargin: Double

  /// Prepares a network.
  ///
  /// - Throws: ``Bounds/BoundsError`` for a layer without rules.
  init(_ network: Network, arithmetic: Arithmetic) throws(BoundsError) {
    outputs = try BoundedNetwork(network, arithmetic: arithmetic)
    let last = network.nodes.last?.layer
    isLogarithmic = last is LogSoftmax
    logits =
      last is Softmax || last is LogSoftmax
      ? try BoundedNetwork(network.logits, arithmetic: arithmetic) : nil
    leastMargin = Double(network.leastMargin(in: arithmetic))
  }
}

/// What is known of a network on one box of inputs; methods refine it one after the other.
struct BoxBounding {
  private let network: PropertyNetwork
  /// What is known of the values up to the outputs.
  private var outputs: Bounding
  /// What is known of the values up to the logits; nil until a constraint asks for it.
  private var logits: Bounding?

  /// Begins with intervals.
  ///
  /// - Parameter region: The box, as a region of one example.
  init(_ network: PropertyNetwork, over region: Region) {
    self.network = network
    outputs = network.outputs.bounding(over: region)
  }

  /// Returns lower bounds of a·y − b for every input in the box and each of some constraints a·y ≤
  /// b; NaN or −∞ where nothing is known.
  ///
  /// Where a coefficient is no Float32, what rounding it takes away is bounded by the range of its
  /// output; b is rounded so that the bounds hold.
  ///
  /// - Parameter constraints: Constraints of any cases with this box.
  mutating func lowerBounds(
    of constraints: [OutputConstraint], by method: BoundMethod, budget: Budget
  ) -> [Double] {
    let classes = network.outputs.network.classes
    var bounds = outputs.lowerBounds(of: constraints, outputs: classes, by: method, budget)
    let comparisons = constraints.indices.filter { constraints[$0].isComparison }
    guard let bounded = network.logits, !comparisons.isEmpty else { return bounds }
    var logits = logits ?? bounded.bounding(over: outputs.input)
    let margins = logits.lowerBounds(
      of: comparisons.map { constraints[$0] }, outputs: classes, by: method, budget)
    self.logits = logits
    let least = network.leastMargin
    for (index, margin) in zip(comparisons, margins) where margin > least && margin.isFinite {
      // Logarithms differ as logits do; probabilities by a positive number that may be tiny, and so
      // does whatever a runtime computes for either.
      let known = network.isLogarithmic && least == 0 ? margin : .leastNormalMagnitude
      if !(bounds[index] >= known) { bounds[index] = known }
    }
    return bounds
  }
}

extension BoxBounding {
  /// Decides by branch and bound whether everywhere in the box one of the constraints of a case is
  /// violated.
  ///
  /// Where a softmax ends the network, a case of comparisons alone is decided on the logits.
  ///
  /// - Parameters:
  ///   - known: Lower bounds of the constraints, as ``lowerBounds(of:by:budget:)`` gives them.
  ///   - isCounterexample: Answers whether one of some inputs is unsafe.
  /// - Returns: At most the least value of the largest a·y − b, and the domains bounded.
  mutating func branch(
    _ constraints: [OutputConstraint], by branching: Branching, budget: Budget,
    isCounterexample: (Tensor) -> Bool
  ) -> BranchingOutcome {
    let classes = network.outputs.network.classes
    guard let bounded = network.logits, constraints.allSatisfy(\.isComparison) else {
      return outputs.branch(
        constraints, outputs: classes, branching, least: 0, budget, isCounterexample)
    }
    if logits == nil { logits = bounded.bounding(over: outputs.input) }
    var outcome = logits!.branch(
      constraints, outputs: classes, branching, least: network.leastMargin, budget, isCounterexample
    )
    if outcome.bound > 0, !network.isLogarithmic || network.leastMargin > 0 {
      outcome.bound = .leastNormalMagnitude
    }
    return outcome
  }
}

extension Bounding {
  /// Branches on the constraints of one case, less what their roundings cost.
  ///
  /// - Parameter least: What a·y − b has to exceed.
  fileprivate mutating func branch(
    _ constraints: [OutputConstraint], outputs: Int, _ branching: Branching, least: Double,
    _ budget: Budget, _ isCounterexample: (Tensor) -> Bool
  ) -> BranchingOutcome {
    let rows = ConstraintRows(constraints, outputs: outputs)
    let specification = rows.specification
    let refined = lowerBounds(
      of: specification, by: branching.before, budget: budget
    ).scalars
    let bounds = rows.bounds(from: refined)
    if let best = bounds.first(where: { $0.isFinite && $0 > least }) {
      return BranchingOutcome(bound: Float(roundedDown: best - least), domains: 1, open: 0)
    }
    let lowered = constraints.indices.map { row in
      let loss = bounds[row].isFinite ? Double(refined[row]) - bounds[row] : .infinity
      return Float(roundedDown: (-constraints[row].bound - loss - least).nextDown)
    }
    // A case of no finite constraint cannot be refuted.
    let kept = constraints.indices.filter { lowered[$0].isFinite }
    guard !kept.isEmpty else { return BranchingOutcome(bound: -.infinity, domains: 0, open: 1) }
    let part = Specification(
      uncheckedRows: Tensor.concatenated(
        kept.map { specification.rows.selectingRows($0..<$0 + 1).reshaped([1, outputs]) }
      ).reshaped([1, kept.count, outputs]),
      offset: Tensor(shape: [1, kept.count], kept.map { lowered[$0] }))
    return branch(part, by: branching, budget: budget, isCounterexample: isCounterexample)
  }
}

extension Bounding {
  /// Bounds of constraints on the outputs of a network, a part of them at a time so that memory
  /// holds their rows.
  fileprivate mutating func lowerBounds(
    of constraints: [OutputConstraint], outputs: Int, by method: BoundMethod, _ budget: Budget
  ) -> [Double] {
    var bounds: [Double] = []
    // A row is at some time as long as a layer is wide.
    let step = max(4 * plan.rowLimit(batch: 1, memory: budget.memory), 1)
    for part in constraints.split(by: step) {
      let rows = ConstraintRows(part, outputs: outputs)
      let lower = lowerBounds(of: rows.specification, by: method, budget: budget)
      bounds += rows.bounds(from: lower.scalars)
    }
    return bounds
  }
}

/// Constraints as the rows of a specification, followed by ±y for outputs whose coefficients are
/// rounded.
///
/// A specification has Float32 coefficients, a property Double ones. With a' the rounded
/// coefficient of y, a·y is at least `a'·y − |a − a'|·max|y|`, and the rows ±y bound |y|.
private struct ConstraintRows {
  /// The constraints, a row each, in their order.
  let constraints: [OutputConstraint]
  /// The number of the network's outputs.
  let outputs: Int
  /// The place among the ±y of each output that has a coefficient that is no Float32.
  private let rounded: [Int: Int]

  /// Finds the outputs whose ±y are needed.
  init(_ constraints: [OutputConstraint], outputs: Int) {
    self.constraints = constraints
    self.outputs = outputs
    let inexact = Set(
      constraints.lazy.flatMap(\.terms).filter { $0.roundingError != 0 }.map(\.output))
    rounded = Dictionary(uniqueKeysWithValues: zip(inexact.sorted(), 0...))
  }

  /// The specification: rows [1, S, outputs] with offsets −b, rounded down so that bounds hold.
  var specification: Specification {
    let count = constraints.count + 2 * rounded.count
    var rows = [Float](repeating: 0, count: count * outputs)
    var offset = [Float](repeating: 0, count: count)
    for (row, constraint) in constraints.enumerated() {
      for term in constraint.terms { rows[row * outputs + term.output] = Float(term.coefficient) }
      offset[row] = Float(roundedDown: -constraint.bound)
    }
    for (output, place) in rounded {
      rows[(constraints.count + 2 * place) * outputs + output] = 1
      rows[(constraints.count + 2 * place + 1) * outputs + output] = -1
    }
    return Specification(
      uncheckedRows: Tensor(shape: [1, count, outputs], rows),
      offset: Tensor(shape: [1, count], offset))
  }

  /// Returns the constraints' bounds from those of all rows.
  ///
  /// - Parameter lower: The lower bounds of the specification's rows.
  func bounds(from lower: [Float]) -> [Double] {
    constraints.enumerated().map { row, constraint in
      var loss = 0.0
      for term in constraint.terms where term.roundingError != 0 {
        let place = constraints.count + 2 * rounded[term.output]!
        let (one, other) = (lower[place].magnitude, lower[place + 1].magnitude)
        // max would lose a NaN in the second.
        loss += term.roundingError * Double(one > other || one.isNaN ? one : other)
      }
      // A little more than the sum's own rounding in Double.
      return loss == 0 ? Double(lower[row]) : (Double(lower[row]) - loss * (1 + 1e-9)).nextDown
    }
  }
}

extension OutputConstraint {
  /// Whether it asks which of two outputs is larger: c·y_i − c·y_j ≤ 0.
  fileprivate var isComparison: Bool {
    bound == 0 && terms.count == 2 && terms[0].coefficient == -terms[1].coefficient
  }
}

extension OutputConstraint {
  /// Whether its coefficients and its bound are numbers that Float32 can hold.
  var isFinite: Bool {
    Float(bound).isFinite && terms.allSatisfy { Float($0.coefficient).isFinite }
  }
}

extension OutputConstraint.Term {
  /// How far the coefficient of the file may be from its Float32.
  fileprivate var roundingError: Double {
    let distance = abs(coefficient - Double(Float(coefficient)))
    return error == 0 ? distance : (distance + error).nextUp
  }
}
