/// A variable of a property: X_index, an input, or Y_index, an output.
struct VNNLIBVariable: Equatable, Comparable, CustomStringConvertible {
  /// Whether a variable is an input or an output; the raw value is its letter.
  enum Kind: String {
    case input = "X"
    case output = "Y"
  }

  /// Whether the variable is an input or an output.
  let kind: Kind
  /// The number of the variable, from 0 to 2³⁰ − 1.
  let index: Int

  /// Reads a name such as X_12; nil for any other, one with a sign or leading zeros among them.
  init?(_ name: String) {
    guard let kind = name.first.flatMap({ Kind(rawValue: String($0)) }),
      name.utf8.dropFirst().first == UInt8(ascii: "_"),
      let index = Int(name.dropFirst(2)), 0..<(1 << 30) ~= index,
      "\(kind.rawValue)_\(index)" == name
    else { return nil }
    self.kind = kind
    self.index = index
  }

  var description: String { "\(kind.rawValue)_\(index)" }

  /// The order by number, which is an order only among variables of one kind.
  static func < (a: VNNLIBVariable, b: VNNLIBVariable) -> Bool { a.index < b.index }
}

/// The variables of one kind that a file declares, with the lines of their declarations.
///
/// The parser fills one for the inputs and one for the outputs. Declarations may come in any order;
/// only their whole must be X_0 to X_(count − 1).
struct VNNLIBVariables {
  private let kind: VNNLIBVariable.Kind
  /// The line of each declaration, by the variable's number.
  private var lineOfIndex: [Int: Int] = [:]

  /// Begins without variables.
  init(_ kind: VNNLIBVariable.Kind) { self.kind = kind }

  /// The number of variables declared.
  var count: Int { lineOfIndex.count }
  /// The line of each declaration, by the variable's number.
  ///
  /// - Precondition: ``checkNumbering(_:)`` has passed.
  var lines: [Int] { (0..<count).map { lineOfIndex[$0]! } }

  /// Whether a variable has been declared.
  func contains(_ index: Int) -> Bool { lineOfIndex[index] != nil }

  /// Takes a variable in.
  ///
  /// - Returns: False if it was there already.
  mutating func declare(_ index: Int, line: Int) -> Bool {
    lineOfIndex.updateValue(line, forKey: index) == nil
  }

  /// Checks that there are variables, and that their numbers run from 0 without gaps.
  ///
  /// - Throws: ``FormatError`` of kind `badData` where that is not so.
  func checkNumbering(_ scanner: VNNLIBScanner) throws {
    guard let last = lineOfIndex.max(by: { $0.key < $1.key }) else {
      throw scanner.failure("declares no \(kind.rawValue)_0")
    }
    guard last.key == count - 1 else {
      let gap = (0..<count).first { lineOfIndex[$0] == nil }!
      let name = kind.rawValue
      throw scanner.failure(
        "\(name)_\(last.key) is declared, but \(name)_\(gap) is not", line: last.value)
    }
  }
}
