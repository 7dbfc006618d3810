/// A linear term: Σ coefficient · variable + constant.
struct VNNLIBTerm {
  typealias Part = (variable: VNNLIBVariable, coefficient: Double)

  private(set) var parts: [Part] = []
  private(set) var constant = 0.0

  init(_ constant: Double) { self.constant = constant }

  init(_ variable: VNNLIBVariable) { parts = [(variable, 1)] }

  var isConstant: Bool { parts.isEmpty }

  mutating func add(_ other: VNNLIBTerm, times factor: Double = 1) {
    constant += factor * other.constant
    parts += factor == 1 ? other.parts : other.scaled(by: factor).parts
  }

  func scaled(by factor: Double) -> VNNLIBTerm {
    var copy = VNNLIBTerm(constant * factor)
    copy.parts = parts.map { ($0.variable, $0.coefficient * factor) }
    return copy
  }

  /// One part for each variable, ascending, none with coefficient zero; for variables of one kind.
  var collected: [Part] {
    var result: [Part] = []
    for part in parts.sorted(by: { $0.variable < $1.variable }) {
      if let last = result.last, last.variable == part.variable {
        result[result.count - 1].coefficient += part.coefficient
      } else {
        result.append(part)
      }
    }
    return result.filter { $0.coefficient != 0 }
  }
}

/// One end of an input's interval.
struct VNNLIBBound: Equatable {
  let input: Int
  let isUpper: Bool
  let value: Double
}

extension VNNLIBBound {
  /// The bound that coefficient · X_input ≤ limit (or <, if strict) says.
  ///
  /// A quotient that is no Double is rounded so that the set grows. What is below a number is at
  /// most the Double before it: no input of a network lies between the two.
  init(input: Int, coefficient: Double, limit: Double, isStrict: Bool) {
    self.input = input
    isUpper = coefficient > 0
    // Adding 0 turns −0 into 0.
    var value = limit / coefficient + 0
    if limit.addingProduct(-value, coefficient) != 0 {
      value = isUpper ? value.nextUp : value.nextDown
    }
    if isStrict { value = isUpper ? value.nextDown : value.nextUp }
    self.value = value
  }
}

/// What an assertion says, with comparisons brought into the forms that a network understands.
enum VNNLIBFormula {
  case constant(Bool)
  case bound(VNNLIBBound)
  case constraint(OutputConstraint)
  case and([VNNLIBFormula])
  case or([VNNLIBFormula], line: Int)
}
