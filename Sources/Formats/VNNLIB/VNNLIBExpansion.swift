/// Bounds of inputs and constraints on outputs that hold all at once.
struct VNNLIBConjunction {
  /// The ends of intervals, in the order of the file; one input may have several.
  var bounds: [VNNLIBBound] = []
  /// The constraints, in the order of the file.
  var constraints: [OutputConstraint] = []
}

/// Writing out of formulas as a disjunction of conjunctions, within limits.
///
/// What holds in every case is collected first, and each `or` that is left is a choice. The cases
/// are then all combinations of one alternative of each choice, which is the distributive law: n
/// choices of two alternatives are 2ⁿ cases. A short file may therefore stand for any number of
/// cases. Their count is checked before each product is made, and the formulas that are copied have
/// a budget.
///
/// ``VNNLIBParser`` gives the formulas, and ``VNNLIBBoxes`` makes boxes of the conjunctions.
struct VNNLIBExpansion {
  /// The name used in errors.
  let file: String
  /// How many more bounds and constraints may be copied. Those that only one conjunction has, or
  /// that all share, cost nothing.
  private var budget = 1 << 23

  init(file: String) { self.file = file }

  /// Returns the cases in which all formulas hold; none if they contradict each other openly.
  ///
  /// Recursion goes as deep as the formulas are nested, which the parser limits.
  ///
  /// - Throws: ``FormatError`` of kind `badData`, at the line of an `or`, beyond a limit.
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
    /// The line of the `or`, for errors.
    let line: Int
    /// The conjunctions; there are at least two.
    let alternatives: [VNNLIBConjunction]

    /// Whether an alternative has bounds of inputs, so that the choice is one between boxes.
    var hasBounds: Bool { alternatives.contains { !$0.bounds.isEmpty } }
  }

  /// Sorts what has to hold all at once into what is simply so and what is a choice.
  ///
  /// - Parameters:
  ///   - formulas: What has to hold.
  ///   - common: Gets the bounds and constraints that hold in every case.
  ///   - choices: Gets each `or` of two or more alternatives.
  /// - Returns: False if something cannot hold.
  /// - Throws: ``FormatError`` of kind `badData` beyond a limit.
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

  /// Returns the cases of an `or`, which are those of all its formulas together.
  ///
  /// - Throws: ``FormatError`` of kind `badData` beyond a limit.
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

  /// Combines every case with every alternative of a choice.
  ///
  /// - Throws: ``FormatError`` of kind `badData` beyond a limit.
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

  /// Returns both lists; where one is empty the other as it is, so that its memory is shared.
  ///
  /// - Throws: ``FormatError`` of kind `badData` where the budget is spent.
  private mutating func joined<Element>(
    _ a: [Element], _ b: [Element], _ line: Int
  ) throws -> [Element] {
    if a.isEmpty { return b }
    if b.isEmpty { return a }
    budget -= a.count + b.count
    guard budget >= 0 else { throw tooLarge(line) }
    return a + b
  }

  /// Checks a number of cases against the limit.
  ///
  /// - Throws: ``FormatError`` of kind `badData`, at the line of an `or`.
  private func check(_ count: Int, _ line: Int) throws {
    guard count <= VNNLIBProperty.caseLimit else { throw tooLarge(line) }
  }

  /// Returns the error for an `or` that leads to too many cases.
  private func tooLarge(_ line: Int) -> FormatError {
    .badData(
      "with this \"or\" there are too many cases (more than \(VNNLIBProperty.caseLimit), or too long "
        + "ones)", file: file, at: .line(line), remedy: "split the property into several files")
  }
}
