/// The comparisons that a formula may be.
enum VNNLIBComparison: String, CaseIterable {
  case lessOrEqual = "<="
  case greaterOrEqual = ">="
  case less = "<"
  case greater = ">"
  case equal = "="

  static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
  /// The largest magnitude of a number, that of Float32.
  static let largest = Double(Float.greatestFiniteMagnitude)

  /// What the comparison of two terms says. Throws ``FormatError`` for one that is neither a bound
  /// of one input nor a linear constraint on outputs.
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

  /// left ≤ right, or left < right.
  private static func atMost(
    _ left: VNNLIBTerm, _ right: VNNLIBTerm, isStrict: Bool, _ scanner: VNNLIBScanner
  ) throws -> VNNLIBFormula {
    var difference = left
    difference.add(right, times: -1)
    let kinds = difference.parts.map(\.variable.kind)
    guard !(kinds.contains(.input) && kinds.contains(.output)) else {
      throw scanner.failure("a comparison of inputs with outputs is not supported")
    }
    let parts = difference.collected
    let limit = -difference.constant
    guard (parts.map(\.coefficient) + [limit]).allSatisfy({ $0.magnitude <= largest }) else {
      throw scanner.failure("its numbers are beyond the range of Float32")
    }
    guard let first = parts.first else { return .constant(isStrict ? 0 < limit : 0 <= limit) }
    if first.variable.kind == .input { return try bound(parts, limit, isStrict, scanner) }
    return .constraint(
      OutputConstraint(
        terms: parts.map { .init(output: $0.variable.index, coefficient: $0.coefficient) },
        bound: limit + 0))
  }

  private static func bound(
    _ parts: [VNNLIBTerm.Part], _ limit: Double, _ isStrict: Bool, _ scanner: VNNLIBScanner
  ) throws -> VNNLIBFormula {
    guard parts.count == 1 else {
      throw scanner.failure(
        "a constraint between \(parts[0].variable) and \(parts[1].variable) is not supported; inputs "
          + "must be bounded one by one")
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
