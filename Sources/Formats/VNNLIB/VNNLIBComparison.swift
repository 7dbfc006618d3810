/// The comparisons that a formula may be, by their names in a file.
///
/// A comparison of two terms is brought into one of the forms that a network understands: a bound
/// of one input, a linear constraint on outputs, or something that is always true or false. SMT-LIB
/// allows more than these.
enum VNNLIBComparison: String, CaseIterable {
  case lessOrEqual = "<="
  case greaterOrEqual = ">="
  case less = "<"
  case greater = ">"
  case equal = "="

  /// All names, for the error about another one.
  static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
  /// The largest magnitude of a number, that of Float32: beyond it the number would be infinite in
  /// the network's own arithmetic.
  static let largest = Double(Float.greatestFiniteMagnitude)

  /// Returns what the comparison of two terms says.
  ///
  /// An equation becomes two inequalities.
  ///
  /// - Parameters:
  ///   - left: The first term.
  ///   - right: The second term.
  ///   - scanner: The scanner behind the comparison, which knows the line for errors.
  /// - Throws: ``FormatError`` of kind `badData` for a comparison that is neither a bound of one
  ///   input nor a linear constraint on outputs, and for numbers beyond Float32's range.
  func formula(
    _ left: VNNLIBTerm, _ right: VNNLIBTerm, _ scanner: VNNLIBScanner
  ) throws -> VNNLIBFormula {
    switch self {
    case .lessOrEqual: try Self.atMost(left, right, isStrict: false, scanner)
    case .greaterOrEqual: try Self.atMost(right, left, isStrict: false, scanner)
    case .less: try Self.atMost(left, right, isStrict: true, scanner)
    case .greater: try Self.atMost(right, left, isStrict: true, scanner)
    case .equal:
      .and([
        try Self.atMost(left, right, isStrict: false, scanner),
        try Self.atMost(right, left, isStrict: false, scanner),
      ])
    }
  }

  /// Returns what left ≤ right says, or left < right.
  ///
  /// Both sides are brought to one: Σ coefficient · variable ≤ limit.
  ///
  /// - Throws: ``FormatError`` of kind `badData` as ``formula(_:_:_:)`` does.
  private static func atMost(
    _ left: VNNLIBTerm, _ right: VNNLIBTerm, isStrict: Bool, _ scanner: VNNLIBScanner
  ) throws -> VNNLIBFormula {
    var difference = left
    difference.add(right, times: VNNLIBNumber(-1))
    let kinds = difference.parts.map(\.variable.kind)
    guard !(kinds.contains(.input) && kinds.contains(.output)) else {
      throw scanner.failure("a comparison of inputs with outputs is not supported")
    }
    let parts = difference.collected
    let limit = -difference.constant
    // A NaN, which sums of infinities leave, fails this comparison too.
    guard
      (parts.map(\.coefficient) + [limit]).allSatisfy({ $0.value.magnitude <= largest })
    else {
      throw scanner.failure("its numbers are beyond the range of Float32")
    }
    guard let first = parts.first else {
      // Where it cannot be decided it is taken to hold, which leaves the unsafe set as large.
      let most = limit.value + limit.error
      return .constant(isStrict && limit.error == 0 ? 0 < most : 0 <= most)
    }
    if first.variable.kind == .input { return try bound(parts, limit, isStrict, scanner) }
    // A strict inequality becomes this closed one: the unsafe set may only grow. Adding 0 turns −0
    // into 0.
    return .constraint(
      OutputConstraint(
        terms: parts.map {
          .init(
            output: $0.variable.index, coefficient: $0.coefficient.value,
            error: $0.coefficient.error)
        },
        bound: limit.error == 0 ? limit.value + 0 : (limit.value + limit.error).nextUp))
  }

  /// Returns the bound of an input that a comparison without outputs says.
  ///
  /// - Parameters:
  ///   - parts: The variables with their coefficients, collected.
  ///   - limit: What their sum is at most.
  ///   - isStrict: Whether it is below that.
  ///   - scanner: For errors.
  /// - Throws: ``FormatError`` of kind `badData` for a comparison of several inputs, which
  ///   describes no box, and for a bound beyond Float32's range.
  private static func bound(
    _ parts: [VNNLIBTerm.Part], _ limit: VNNLIBNumber, _ isStrict: Bool, _ scanner: VNNLIBScanner
  ) throws -> VNNLIBFormula {
    guard parts.count == 1 else {
      throw scanner.failure(
        "a constraint between \(parts[0].variable) and \(parts[1].variable) is not supported; inputs "
          + "must be bounded one by one")
    }
    guard parts[0].coefficient.value.magnitude > parts[0].coefficient.error else {
      throw scanner.failure("the coefficient of \(parts[0].variable) may be 0, or of either sign")
    }
    let bound = VNNLIBBound(
      input: parts[0].variable.index, coefficient: parts[0].coefficient, limit: limit,
      isStrict: isStrict)
    guard bound.value.magnitude <= largest else {
      throw scanner.failure("its bound of \(parts[0].variable) is beyond the range of Float32")
    }
    return .bound(bound)
  }
}
