import Bounds
import Formats
import Networks
import Tensors

/// Lower bounds of a·y − b, for every input in a region and each of some constraints a·y ≤ b; NaN
/// or −∞ where nothing is known.
///
/// Where a coefficient is no Float32, what rounding it takes away is bounded by the range of its
/// output; b is rounded so that the bounds hold.
///
/// Which of two probabilities is larger is decided on the logits that a softmax at the network's end
/// reads.
///
/// - Parameter region: Of one example.
/// Throws ``BoundsError`` for a layer without rules.
func lowerBounds(
  of network: Network, over region: Region, _ constraints: [OutputConstraint],
  by method: BoundMethod, memoryBudget: Int
) throws(BoundsError) -> [Double] {
  var bounds = try plainLowerBounds(
    of: network, over: region, constraints, by: method, memoryBudget: memoryBudget)
  let comparisons = constraints.indices.filter { constraints[$0].isComparison }
  guard network.nodes.last?.layer is Softmax || network.nodes.last?.layer is LogSoftmax,
    !comparisons.isEmpty
  else { return bounds }
  let margins = try plainLowerBounds(
    of: network.logits, over: region, comparisons.map { constraints[$0] }, by: method,
    memoryBudget: memoryBudget)
  for (index, margin) in zip(comparisons, margins) where margin > 0 && margin.isFinite {
    // Logarithms differ as logits do; probabilities by a positive number that may be tiny.
    let known = network.nodes.last?.layer is LogSoftmax ? margin : .leastNormalMagnitude
    if !(bounds[index] >= known) { bounds[index] = known }
  }
  return bounds
}

private func plainLowerBounds(
  of network: Network, over region: Region, _ constraints: [OutputConstraint],
  by method: BoundMethod, memoryBudget: Int
) throws(BoundsError) -> [Double] {
  var bounds: [Double] = []
  // A row is at some time as long as a layer is wide.
  let widest = network.nodes.map { $0.inputShape.reduce(1, *) }.max() ?? 1
  let step = max(memoryBudget / (MemoryLayout<Float>.stride * max(widest, network.classes)), 1)
  for start in stride(from: 0, to: constraints.count, by: step) {
    let rows = ConstraintRows(
      Array(constraints[start..<min(start + step, constraints.count)]), outputs: network.classes)
    let lower = try lowerBounds(
      of: network, over: region, try rows.specification, by: method, memoryBudget: memoryBudget)
    bounds += rows.bounds(from: lower.scalars)
  }
  return bounds
}

/// Constraints as the rows of a specification, followed by ±y for outputs whose coefficients are
/// rounded.
private struct ConstraintRows {
  let constraints: [OutputConstraint]
  let outputs: Int
  /// The place among the ±y of each output that has a coefficient that is no Float32.
  private let rounded: [Int: Int]

  init(_ constraints: [OutputConstraint], outputs: Int) {
    self.constraints = constraints
    self.outputs = outputs
    let inexact = Set(
      constraints.lazy.flatMap(\.terms).filter { $0.roundingError != 0 }.map(\.output))
    rounded = Dictionary(uniqueKeysWithValues: zip(inexact.sorted(), 0...))
  }

  /// Rows [1, S, outputs] with offsets −b.
  var specification: Specification {
    get throws(BoundsError) {
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
      return try Specification(
        rows: Tensor(shape: [1, count, outputs], rows),
        offset: Tensor(shape: [1, count], offset))
    }
  }

  /// The constraints' bounds from those of all rows.
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
  /// Whether it asks which of two outputs is larger.
  fileprivate var isComparison: Bool {
    bound == 0 && terms.count == 2 && terms[0].coefficient == -terms[1].coefficient
  }
}

extension OutputConstraint.Term {
  /// How far the coefficient is from its Float32.
  fileprivate var roundingError: Double { abs(coefficient - Double(Float(coefficient))) }
}
