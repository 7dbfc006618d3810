/// A parser of declarations and assertions, by recursive descent to a limited depth.
///
/// The grammar is small. A file is a sequence of `(declare-const NAME Real)` and
/// `(assert FORMULA)`. A formula is `(and FORMULA…)`, `(or FORMULA…)` or `(COMPARISON TERM TERM)`;
/// a term is a number, a variable that was declared before, `(+ TERM…)`, `(- TERM…)` or
/// `(* TERM…)`. Terms are evaluated to linear ones while they are read, see ``VNNLIBTerm``, and
/// comparisons to bounds and constraints, see ``VNNLIBComparison``.
///
/// ``VNNLIBProperty`` makes one parser for a file, calls ``parse()`` once, and takes what it has
/// found.
struct VNNLIBParser {
  /// The variables X that the file declares.
  private(set) var inputs = VNNLIBVariables(.input)
  /// The variables Y that the file declares.
  private(set) var outputs = VNNLIBVariables(.output)
  /// The formulas that are asserted, all of which hold for what is unsafe.
  private(set) var assertions: [VNNLIBFormula] = []

  private var scanner: VNNLIBScanner
  /// How many lists of formulas and terms are open.
  private var depth = 0
  /// The most lists that may be open: a file of parentheses alone would otherwise exhaust the
  /// stack.
  private static let depthLimit = 100

  /// Prepares the parsing of a file.
  ///
  /// - Parameters:
  ///   - bytes: The text, not compressed.
  ///   - file: The name used in errors.
  init(_ bytes: [UInt8], file: String) { scanner = VNNLIBScanner(bytes, file: file) }

  /// Reads the whole file.
  ///
  /// This method and all that follow throw ``FormatError`` of kind `badData` with the line.
  ///
  /// - Throws: ``FormatError`` for anything that is not in the grammar, for variables that are not
  ///   declared, declared twice or not numbered without gaps from 0, and for terms that are not
  ///   linear.
  mutating func parse() throws {
    while let token = scanner.next() {
      guard token == .open else {
        throw scanner.failure("a command \"(…)\" should be here, not \(token.text)")
      }
      switch try scanner.word("a command's name") {
      case "declare-const": try declaration()
      case "assert":
        assertions.append(try formula())
        try scanner.expect(.close, "assert takes one formula")
      case let name:
        throw scanner.failure(
          "the command \(VNNLIBScanner.Token.word(name).text) is not supported, only declare-const "
            + "and assert (VNN-LIB 1.0)")
      }
    }
    try inputs.checkNumbering(scanner)
    try outputs.checkNumbering(scanner)
  }

  /// Reads a declaration behind its name, up to its end.
  private mutating func declaration() throws {
    let name = try scanner.word("a variable's name")
    guard let variable = VNNLIBVariable(name) else {
      throw scanner.failure(
        "\(VNNLIBScanner.Token.word(name).text) is no variable of a network, such as X_0 or Y_0")
    }
    try scanner.expect(.word("Real"), "declaration of \(variable)")
    try scanner.expect(.close, "declaration of \(variable)")
    let isNew =
      variable.kind == .input
      ? inputs.declare(variable.index, line: scanner.line)
      : outputs.declare(variable.index, line: scanner.line)
    guard isNew else { throw scanner.failure("\(variable) is declared twice") }
  }

  // MARK: Formulas

  /// Reads a formula with its parentheses.
  private mutating func formula() throws -> VNNLIBFormula {
    try scanner.expect(.open, "a formula")
    return try openedFormula()
  }

  /// Reads a formula whose first parenthesis has been read.
  private mutating func openedFormula() throws -> VNNLIBFormula {
    let line = scanner.line
    switch try scanner.word("and, or or a comparison") {
    case "and": return .and(try formulas("and"))
    case "or": return .or(try formulas("or"), line: line)
    case let name:
      guard let comparison = VNNLIBComparison(rawValue: name) else {
        throw scanner.failure(
          "\(VNNLIBScanner.Token.word(name).text) is not supported here; supported are and, or, "
            + VNNLIBComparison.names)
      }
      let sides = try terms(name)
      guard sides.count == 2 else {
        throw scanner.failure("\(name) takes 2 terms, not \(sides.count)")
      }
      return try comparison.formula(sides[0], sides[1], scanner)
    }
  }

  /// Reads formulas up to the parenthesis that closes them; there must be one.
  ///
  /// - Parameter name: The name of the formula that they are parts of, for errors.
  private mutating func formulas(_ name: String) throws -> [VNNLIBFormula] {
    var result: [VNNLIBFormula] = []
    try nested { parser in
      while case let token = try parser.scanner.token(), token != .close {
        guard token == .open else {
          throw parser.scanner.failure("a formula should be here, not \(token.text)")
        }
        result.append(try parser.openedFormula())
      }
    }
    guard !result.isEmpty else { throw scanner.failure("\(name) takes at least 1 formula") }
    return result
  }

  /// Lets `body` read one level deeper.
  ///
  /// - Throws: ``FormatError`` beyond the limit, and what `body` throws.
  private mutating func nested(_ body: (inout VNNLIBParser) throws -> Void) throws {
    guard depth < Self.depthLimit else {
      throw scanner.failure("nested more than \(Self.depthLimit) deep")
    }
    depth += 1
    try body(&self)
    depth -= 1
  }

  // MARK: Terms

  /// Reads terms up to the parenthesis that closes them; there must be one.
  ///
  /// - Parameter name: The name of what they are arguments of, for errors.
  private mutating func terms(_ name: String) throws -> [VNNLIBTerm] {
    var result: [VNNLIBTerm] = []
    try nested { parser in
      while case let token = try parser.scanner.token(), token != .close {
        result.append(try parser.term(token))
      }
    }
    guard !result.isEmpty else { throw scanner.failure("\(name) takes terms, and has none") }
    return result
  }

  /// Reads a term that begins with a token which has been read.
  private mutating func term(_ token: VNNLIBScanner.Token) throws -> VNNLIBTerm {
    guard case .word(let word) = token else { return try compoundTerm() }
    if let variable = VNNLIBVariable(word) {
      let known = variable.kind == .input ? inputs : outputs
      guard known.contains(variable.index) else {
        throw scanner.failure("\(variable) is not declared before")
      }
      return VNNLIBTerm(variable)
    }
    guard let number = VNNLIBNumber(word) else {
      throw scanner.failure("\(token.text) is neither a number nor a variable such as X_0 or Y_0")
    }
    guard number.value.magnitude <= VNNLIBComparison.largest else {
      throw scanner.failure("\(token.text) is beyond the range of Float32")
    }
    return VNNLIBTerm(number)
  }

  /// Reads a sum, a difference or a product behind its first parenthesis.
  ///
  /// A difference of one term is its negative, as in SMT-LIB.
  private mutating func compoundTerm() throws -> VNNLIBTerm {
    let name = try scanner.word("+, - or *")
    guard ["+", "-", "*"].contains(name) else {
      throw scanner.failure(
        "\(VNNLIBScanner.Token.word(name).text) is not supported in a term; supported are +, - and *"
      )
    }
    let parts = try terms(name)
    if name == "*" { return try product(parts) }
    if name == "-", parts.count == 1 { return parts[0].scaled(by: VNNLIBNumber(-1)) }
    var sum = parts[0]
    for part in parts.dropFirst() { sum.add(part, times: VNNLIBNumber(name == "+" ? 1 : -1)) }
    return sum
  }

  /// Returns the product of terms, of which at most one may have variables.
  private func product(_ factors: [VNNLIBTerm]) throws -> VNNLIBTerm {
    var product = VNNLIBTerm(VNNLIBNumber(1))
    for factor in factors {
      guard product.isConstant || factor.isConstant else {
        throw scanner.failure("a product of variables is not linear")
      }
      product =
        factor.isConstant
        ? product.scaled(by: factor.constant) : factor.scaled(by: product.constant)
    }
    return product
  }
}
