import Tensors

extension Bounding {
  /// Improves bounds by branch and bound, for each example its rows by themselves, the worst first.
  ///
  /// An example whose worst row stays open is left with it: no other row can then make the example
  /// certified.
  ///
  /// - Parameters:
  ///   - bounds: What α-CROWN has found, [batch, S].
  ///   - isCounterexample: Answers whether one of some inputs breaks the specification; where it is
  ///     nil, an input in a box breaks a row that is negative there.
  func completed(
    _ bounds: Tensor, of specification: Specification, by branching: Branching, _ budget: Budget,
    _ isCounterexample: ((Tensor) -> Bool)?
  ) -> Tensor {
    var result = bounds
    let rows = bounds.shape[1]
    for example in 0..<batch {
      var left = branching
      let known = Array(bounds.scalars[example * rows..<(example + 1) * rows])
      let open = known.indices.filter { !(known[$0] > 0) }.sorted { known[$0] < known[$1] }
      guard !open.isEmpty else { continue }
      let part = batch == 1 ? self : examples(at: [example])
      let budget = branching.limiting(budget)
      for row in open where left.domains > 0 && !budget.isSpent {
        let one = specification.row(row, of: example)
        let outcome = part.branch(one, by: left, budget: budget) {
          if let isCounterexample { return isCounterexample($0) }
          // Points of a ball may lie outside of the domain of inputs.
          guard case .box = part.input else { return false }
          return part.plan.values(at: $0, of: one).contains { $0 < 0 }
        }
        left.domains -= outcome.domains
        let bound = max(outcome.bound, known[row])
        result.modify { $0[example * rows + row] = bound }
        guard outcome.bound > 0 else { break }
      }
    }
    return result
  }
}

extension BoundPlan {
  /// The values of a specification's only row at inputs, as the layers compute them.
  func values(at inputs: Tensor, of specification: Specification) -> [Float] {
    var values = [inputs]
    for step in steps { values.append(step.layer.forward(all: step.inputs.map { values[$0] })) }
    let outputs = values[steps.count]
    let size = outputs.count / inputs.shape[0]
    let (row, offset) = (specification.rows.scalars, specification.offset.scalars[0])
    return outputs.read { outputs in
      (0..<inputs.shape[0]).map { input in
        (0..<size).reduce(offset) { $0 + row[$1] * outputs[input * size + $1] }
      }
    }
  }
}

extension Specification {
  /// One row for one example.
  fileprivate func row(_ row: Int, of example: Int) -> Specification {
    let index = rows.shape[0] == 1 ? 0 : example
    return Specification(
      uncheckedRows: rows.rows(index..<index + 1).selectingRows(row..<row + 1),
      offset: offset.rows(index..<index + 1).columns(row..<row + 1))
  }
}
