import Formats

/// How far outputs of the network are from being unsafe.
///
/// A constraint a·y ≤ b has the excess a·y − b, which is at most 0 where it is satisfied. Outputs
/// are unsafe where all constraints of the case are.
extension VNNLIBProperty.Case {
  /// The fraction of the terms' magnitudes by which outputs have to satisfy a constraint: the
  /// outputs of another implementation, rounded in another order, then satisfy it as well.
  private static let safety = 1e-5

  /// Whether outputs satisfy every constraint, with safety; never where one is NaN or infinite.
  func isUnsafe(_ outputs: [Float]) -> Bool {
    outputs.allSatisfy(\.isFinite)
      && constraints.allSatisfy {
        $0.excess(of: outputs) < -Self.safety * $0.magnitude(of: outputs)
      }
  }

  /// Returns the largest excess of a constraint, at most 0 where all are satisfied; −∞ without
  /// constraints.
  func largestExcess(of outputs: [Float]) -> Double {
    constraints.reduce(-.infinity) { max($0, $1.excess(of: outputs)) }
  }

  /// Returns the coefficients of the constraint with the largest excess, scaled so that the largest
  /// is 1: the direction in the outputs along which descent makes that excess smaller. Zeros
  /// without constraints.
  func weightsOfLargestExcess(of outputs: [Float]) -> [Float] {
    var weights = [Float](repeating: 0, count: outputs.count)
    let excesses = constraints.map { $0.excess(of: outputs) }
    guard let worst = excesses.indices.max(by: { excesses[$0] < excesses[$1] }) else {
      return weights
    }
    let scale = constraints[worst].terms.map(\.coefficient.magnitude).max() ?? 1
    for term in constraints[worst].terms { weights[term.output] = Float(term.coefficient / scale) }
    return weights
  }

  /// Returns the sum of the coefficients of all constraints that are not satisfied, each scaled so
  /// that its largest is 1; those of the largest excess where all are.
  func weightsOfExcesses(of outputs: [Float]) -> [Float] {
    var weights = [Float](repeating: 0, count: outputs.count)
    let violated = constraints.filter { $0.excess(of: outputs) > 0 }
    guard !violated.isEmpty else { return weightsOfLargestExcess(of: outputs) }
    for constraint in violated {
      let scale = constraint.terms.map(\.coefficient.magnitude).max() ?? 1
      for term in constraint.terms { weights[term.output] += Float(term.coefficient / scale) }
    }
    return weights
  }
}
