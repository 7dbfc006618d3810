/// Bounds and constraints that hold all at once.
struct VNNLIBConjunction {
  var bounds: [VNNLIBBound] = []
  var constraints: [OutputConstraint] = []
}

/// Writing out of formulas as a disjunction of conjunctions, within limits.
struct VNNLIBExpansion {
  let file: String
  /// How many more bounds and constraints may be copied; those that only one conjunction has, or
  /// that all share, cost nothing.
  private var budget = 1 << 23

  init(file: String) { self.file = file }

  /// The cases in which all formulas hold. This and all that follow throw ``FormatError`` beyond a
  /// limit.
  mutating func disjunction(of assertions: [VNNLIBFormula]) throws -> [VNNLIBConjunction] {
    var common = VNNLIBConjunction()
    var choices: [Choice] = []
    guard try collect(assertions, &common, &choices) else { return [] }
    // Bounds first, so that cases with the same box stand together and share it.
    let ordered = choices.filter(\.hasBounds) + choices.filter { !$0.hasBounds }
    return try ordered.reduce(into: [common]) { try multiply(&$0, by: $1) }
  }

  /// Two or more conjunctions of which at least one has to hold.
  private struct Choice {
    let line: Int
    let alternatives: [VNNLIBConjunction]

    var hasBounds: Bool { alternatives.contains { !$0.bounds.isEmpty } }
  }

  /// Sorts what has to hold all at once into what is simply so and what is a choice.
  ///
  /// - Returns: False if something cannot hold.
  private mutating func collect(
    _ formulas: [VNNLIBFormula], _ common: inout VNNLIBConjunction, _ choices: inout [Choice]
  ) throws -> Bool {
    for formula in formulas {
      switch formula {
      case .constant(let holds): if !holds { return false }
      case .bound(let bound): common.bounds.append(bound)
      case .constraint(let constraint): common.constraints.append(constraint)
      case .and(let parts): guard try collect(parts, &common, &choices) else { return false }
      case .or(let parts, let line):
        let alternatives = try alternatives(parts, line)
        guard let only = alternatives.first else { return false }
        if alternatives.count > 1 {
          choices.append(Choice(line: line, alternatives: alternatives))
        } else {
          common.bounds += only.bounds
          common.constraints += only.constraints
        }
      }
    }
    return true
  }

  private mutating func alternatives(
    _ formulas: [VNNLIBFormula], _ line: Int
  ) throws -> [VNNLIBConjunction] {
    var result: [VNNLIBConjunction] = []
    for formula in formulas {
      result += try disjunction(of: [formula])
      try check(result.count, line)
    }
    return result
  }

  private mutating func multiply(_ cases: inout [VNNLIBConjunction], by choice: Choice) throws {
    try check(cases.count * choice.alternatives.count, choice.line)
    var products: [VNNLIBConjunction] = []
    products.reserveCapacity(cases.count * choice.alternatives.count)
    for known in cases {
      for more in choice.alternatives {
        products.append(
          VNNLIBConjunction(
            bounds: try joined(known.bounds, more.bounds, choice.line),
            constraints: try joined(known.constraints, more.constraints, choice.line)))
      }
    }
    cases = products
  }

  /// Both lists; where one is empty the other as it is, so that its memory is shared.
  private mutating func joined<Element>(
    _ a: [Element], _ b: [Element], _ line: Int
  ) throws -> [Element] {
    if a.isEmpty { return b }
    if b.isEmpty { return a }
    budget -= a.count + b.count
    guard budget >= 0 else { throw tooLarge(line) }
    return a + b
  }

  private func check(_ count: Int, _ line: Int) throws {
    guard count <= VNNLIBProperty.caseLimit else { throw tooLarge(line) }
  }

  private func tooLarge(_ line: Int) -> FormatError {
    .badData(
      "with this \"or\" there are too many cases (more than \(VNNLIBProperty.caseLimit), or too long "
        + "ones)", file: file, at: .line(line), remedy: "split the property into several files")
  }
}
