/// A linear term: Σ coefficient · variable + constant, computed in Double with its errors.
///
/// The parser folds every term of a file into this form. A variable may have several parts until
/// the term is ``collected``.
struct VNNLIBTerm {
  /// A variable with its coefficient.
  typealias Part = (variable: VNNLIBVariable, coefficient: VNNLIBNumber)

  /// The variables with their coefficients, in the order of the file.
  private(set) var parts: [Part] = []
  /// The value of the term where all variables are 0.
  private(set) var constant = VNNLIBNumber(0)

  /// A term without variables.
  init(_ constant: VNNLIBNumber) { self.constant = constant }

  /// A variable by itself, with the coefficient 1.
  init(_ variable: VNNLIBVariable) { parts = [(variable, VNNLIBNumber(1))] }

  /// Whether the term has no variables. One whose coefficients are all 0 still has them.
  var isConstant: Bool { parts.isEmpty }

  /// Adds a multiple of another term.
  mutating func add(_ other: VNNLIBTerm, times factor: VNNLIBNumber = VNNLIBNumber(1)) {
    constant = constant + factor * other.constant
    parts += factor == VNNLIBNumber(1) ? other.parts : other.scaled(by: factor).parts
  }

  /// Returns the term with the constant and all coefficients multiplied by a factor.
  func scaled(by factor: VNNLIBNumber) -> VNNLIBTerm {
    var copy = VNNLIBTerm(constant * factor)
    copy.parts = parts.map { ($0.variable, $0.coefficient * factor) }
    return copy
  }

  /// One part for each variable, ascending, none with coefficient zero.
  ///
  /// Parts of equal variables must be neighbours when sorted. The order is by number alone, so that
  /// all variables have to be of one kind, inputs or outputs.
  var collected: [Part] {
    var result: [Part] = []
    for part in parts.sorted(by: { $0.variable < $1.variable }) {
      if let last = result.last, last.variable == part.variable {
        result[result.count - 1].coefficient = last.coefficient + part.coefficient
      } else {
        result.append(part)
      }
    }
    return result.filter { $0.coefficient != VNNLIBNumber(0) }
  }
}

/// One end of an input's interval: X_input ≤ value or X_input ≥ value.
struct VNNLIBBound: Equatable {
  /// The number of the input.
  let input: Int
  /// Whether the value is the upper end.
  let isUpper: Bool
  /// The end of the interval, which belongs to it, rounded outwards.
  let value: Double
  /// The end rounded inwards: what lies within is within the exact bound.
  let inside: Double
}

extension VNNLIBBound {
  /// The bound that coefficient · X_input ≤ limit says, or < limit if it is strict.
  ///
  /// A quotient that is no Double is rounded so that the set grows: the property is about every
  /// real input, and a smaller box could lose a counterexample. What is strictly below a number is
  /// at most the Double before it, since no input of a network lies between the two.
  ///
  /// - Precondition: `coefficient` is farther from 0 than its error.
  init(input: Int, coefficient: VNNLIBNumber, limit: VNNLIBNumber, isStrict: Bool) {
    self.input = input
    isUpper = coefficient.value > 0
    // Adding 0 turns −0 into 0.
    let nearest = limit.value / coefficient.value + 0
    var (value, inside) = (nearest, nearest)
    if limit.error > 0 || coefficient.error > 0 {
      // The quotient of the exact numbers is at most this far from that of the Doubles.
      let far =
        (limit.error + abs(nearest) * coefficient.error)
        / (abs(coefficient.value) - coefficient.error) * (1 + 0x1p-40)
      value = isUpper ? (nearest + far).nextUp.nextUp : (nearest - far).nextDown.nextDown
      inside = isUpper ? (nearest - far).nextDown.nextDown : (nearest + far).nextUp.nextUp
    } else if !Self.isExact(nearest, limit.value, coefficient.value) {
      // The nearest quotient is off by less than one step, so that the next Double outwards is a
      // bound of the exact one.
      value = isUpper ? nearest.nextUp : nearest.nextDown
      inside = isUpper ? nearest.nextDown : nearest.nextUp
    }
    if isStrict {
      value = isUpper ? value.nextDown : value.nextUp
      inside = isUpper ? min(inside, nearest.nextDown) : max(inside, nearest.nextUp)
    }
    (self.value, self.inside) = (value, inside)
  }

  /// Whether value · coefficient is exactly the limit, for a value that is the nearest quotient.
  ///
  /// The difference is computed with one rounding, which keeps it from 0 unless it underflows. That
  /// can only be where the limit is tiny. There the limit and the smaller factor, which is below
  /// 2⁻⁴⁸⁰ too, are multiplied by 2⁶⁰⁰ before. This is exact, and what is left of the difference is
  /// then at least 2⁻⁶⁰⁰.
  private static func isExact(_ value: Double, _ limit: Double, _ coefficient: Double) -> Bool {
    guard abs(limit) < 0x1p-960 else { return limit.addingProduct(-value, coefficient) == 0 }
    let scale = 0x1p600
    let (small, large) =
      abs(value) < abs(coefficient) ? (value, coefficient) : (coefficient, value)
    return (limit * scale).addingProduct(-small * scale, large) == 0
  }
}

/// What an assertion says, with comparisons brought into the forms that a network understands.
///
/// ``VNNLIBParser`` makes formulas, and ``VNNLIBExpansion`` writes them out.
enum VNNLIBFormula {
  /// Something that is always so, or never.
  case constant(Bool)
  /// One end of an input's interval.
  case bound(VNNLIBBound)
  /// A linear constraint on outputs.
  case constraint(OutputConstraint)
  /// All of these hold.
  case and([VNNLIBFormula])
  /// At least one of these holds; the line is that of the `or`, for errors.
  case or([VNNLIBFormula], line: Int)
}
