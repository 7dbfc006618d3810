/// A variable of a property: X_index or Y_index.
struct VNNLIBVariable: Equatable, Comparable, CustomStringConvertible {
  enum Kind: String {
    case input = "X"
    case output = "Y"
  }

  let kind: Kind
  let index: Int

  /// Reads a name such as X_12; nil for any other, one with leading zeros among them.
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

  static func < (a: VNNLIBVariable, b: VNNLIBVariable) -> Bool { a.index < b.index }
}

/// The variables of one kind that a file declares.
struct VNNLIBVariables {
  private let kind: VNNLIBVariable.Kind
  private var lineOfIndex: [Int: Int] = [:]

  init(_ kind: VNNLIBVariable.Kind) { self.kind = kind }

  var count: Int { lineOfIndex.count }
  /// The line of each declaration, by index; only for variables that ``checkNumbering(_:)`` passed.
  var lines: [Int] { (0..<count).map { lineOfIndex[$0]! } }

  func contains(_ index: Int) -> Bool { lineOfIndex[index] != nil }

  /// Takes a variable in; false if it is there already.
  mutating func declare(_ index: Int, line: Int) -> Bool {
    lineOfIndex.updateValue(line, forKey: index) == nil
  }

  /// Throws ``FormatError`` where there are none, or their numbers do not run from 0 without gaps.
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
