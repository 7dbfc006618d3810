import Foundation
import Tensors
import Testing
import _TestSupport

@testable import Formats

/// A property is what its assertions say, written out case by case.
@Suite struct VNNLIBTests {
  static func declarations(inputs: Int, outputs: Int) -> String {
    (0..<inputs).map { "(declare-const X_\($0) Real)\n" }.joined()
      + (0..<outputs).map { "(declare-const Y_\($0) Real)\n" }.joined()
  }

  /// A property of an input in [0, 1] and two outputs, with more assertions.
  private func read(_ assertions: String) throws -> VNNLIBProperty {
    try VNNLIBProperty(
      data: Data(
        (Self.declarations(inputs: 1, outputs: 2)
          + "(assert (<= X_0 1))(assert (>= X_0 0))" + assertions).utf8), file: "f")
  }

  private func constraint(_ a: Double, _ b: Double, atMost bound: Double) -> OutputConstraint {
    OutputConstraint(
      terms: [a, b].enumerated().filter { $1 != 0 }.map { .init(output: $0, coefficient: $1) },
      bound: bound)
  }

  @Test func readsTheCompetitionsStyle() throws {
    let property = try VNNLIBProperty(
      data: Data(
        """
        ; A property ; with (comments

        (declare-const X_0 Real)
        (declare-const X_1 Real)\t(declare-const Y_0 Real)\r
        (declare-const Y_1 Real)
        (assert (or
            (and (<= X_0 0.7) (>= X_0 -1.5e-1) (<= X_1 +.5) (>= X_1 (- 0.5)))
            (and (<= X_0 -0.2) (>= X_0 -0.25) (<= X_1 1E2) (>= X_1 100.0))
        ))
        (assert (or (<= Y_1 Y_0) (and (>= Y_1 3.25) (<= Y_0 7))));
        """.utf8), file: "f")
    #expect(property.inputs == 2 && property.outputs == 2)
    let boxes = [([-0.15, -0.5], [0.7, 0.5]), ([-0.25, 100], [-0.2, 100])]
    let constraints = [
      [constraint(-1, 1, atMost: 0)],
      [constraint(0, -1, atMost: -3.25), constraint(1, 0, atMost: 7)],
    ]
    #expect(property.cases.map(\.constraints) == constraints + constraints)
    for (part, (lower, upper)) in zip(property.cases, boxes.flatMap { [$0, $0] }) {
      // 0.5 and 100 are Doubles, the others are moved outwards by some last bits.
      for (ours, theirs) in zip(part.lower + upper, lower + part.upper) {
        #expect(ours <= theirs && ours > theirs - 1e-13)
        #expect((ours == theirs) == (theirs * 4 == (theirs * 4).rounded()))
      }
    }
  }

  @Test(
    arguments: [
      ("(<= Y_0 Y_1)", 1, -1, 0), ("(>= Y_0 Y_1)", -1, 1, 0), ("(< Y_0 2)", 1, 0, 2),
      ("(> 2 Y_0)", 1, 0, 2), ("(<= (+ Y_0 Y_1 Y_0 1) 4)", 2, 1, 3),
      ("(<= (- Y_0 Y_1 2) (- 5))", 1, -1, -3), ("(>= (- Y_0) 1)", 1, 0, -1),
      ("(<= (* 2 Y_0 3) (* -1 (+ Y_1 4)))", 6, 1, -4),
      ("(<= (* (- 3 1) (- Y_0 (* 3 Y_1))) 0)", 2, -6, 0),
    ] as [(String, Double, Double, Double)])
  func termsAreLinear(text: String, a: Double, b: Double, bound: Double) throws {
    #expect(
      try read("(assert \(text))").cases.map(\.constraints) == [[constraint(a, b, atMost: bound)]])
  }

  @Test(
    arguments: [
      ("(<= X_0 0.25)", 0, 0.25), ("(<= 0.25 X_0)", 0.25, 1), ("(= X_0 0.5)", 0.5, 0.5),
      ("(<= (* -2 X_0) -0.5)", 0.25, 1), ("(>= (- 1 X_0) 0.25)", 0, 0.75),
      ("(< X_0 1)", 0, 1.0.nextDown), ("(> X_0 0)", 0.0.nextUp, 1), ("(<= X_0 7)", 0, 1),
      ("(<= (* 3 X_0) 1)", 0, (1.0 / 3).nextUp), ("(<= (- X_0) -0)", 0, 1),
    ] as [(String, Double, Double)])
  func inputsAreBounded(text: String, lower: Double, upper: Double) throws {
    let cases = try read("(assert \(text))").cases
    #expect(cases.map(\.lower) == [[lower]] && cases.map(\.upper) == [[upper]])
    #expect(cases.allSatisfy { $0.constraints.isEmpty })
  }

  /// Decimals that are no Doubles have two ends: one that the exact number is within, and one within
  /// the exact number. An interval between two Doubles holds the nearest alone.
  @Test func endsAreRoundedBothWays() throws {
    let text = """
      (declare-const X_0 Real) (declare-const X_1 Real) (declare-const X_2 Real)
      (declare-const Y_0 Real) (assert (<= Y_0 0))
      (assert (>= X_0 0.45)) (assert (<= X_0 0.7)) (assert (= X_1 0.1))
      (assert (>= X_2 0.25)) (assert (<= X_2 0.5))
      """
    let box = try VNNLIBProperty(data: Data(text.utf8), file: "f").cases[0].box
    // 0.45 is 0.450000000000000011…, and 0.7 is 0.69999999999999995…
    #expect(box.lower[0] < 0.45 && box.insideLower[0] > 0.45)
    #expect(box.upper[0] > 0.7 && box.insideUpper[0] < 0.7 && box.insideUpper[0] > 0.6999999)
    #expect(box.insideLower[1] == 0.1 && box.insideUpper[1] == 0.1)
    #expect(box.lower[2] == 0.25 && box.insideLower[2] == 0.25 && box.insideUpper[2] == 0.5)
  }

  private static let tiny = Double.leastNonzeroMagnitude

  /// No quotient of these is a Double, though what is left over is below the smallest Double.
  @Test(
    arguments: [
      (2e13 * tiny, 1e-300), (6073 * tiny, 1.4e14 * tiny), (2e13 * tiny, 3), (tiny, 1e-300),
    ] as [(Double, Double)])
  func tinyBoundsGrow(limit: Double, coefficient: Double) {
    for (limit, coefficient) in [
      (limit, coefficient), (limit, -coefficient), (-limit, coefficient),
    ] {
      let nearest = limit / coefficient
      func bound(isStrict: Bool) -> VNNLIBBound {
        VNNLIBBound(
          input: 0, coefficient: VNNLIBNumber(coefficient), limit: VNNLIBNumber(limit),
          isStrict: isStrict)
      }
      let (wide, strict) = (bound(isStrict: false), bound(isStrict: true))
      let outwards = coefficient > 0 ? nearest.nextUp : nearest.nextDown
      #expect(wide.value == outwards)
      #expect(strict.value == nearest)
    }
  }

  @Test(
    arguments: [(tiny, 1), (2e13 * tiny, -1), (0, 3), (tiny, tiny), (2e13 * tiny, 0.5)]
      as [(Double, Double)])
  func tinyBoundsThatAreExactStay(limit: Double, coefficient: Double) {
    let bound = VNNLIBBound(
      input: 0, coefficient: VNNLIBNumber(coefficient), limit: VNNLIBNumber(limit),
      isStrict: false)
    #expect(bound.value == limit / coefficient)
  }

  /// A decimal that is no Double moves ends outwards, and one that is does not.
  @Test(
    arguments: [
      ("0.5", true), ("-0.15625", true), ("1e3", true), ("0.10000000000000000", false),
      ("0.1", false), ("0.50000000000000000001", false), ("0.0", true), ("5e-1", true),
      ("9007199254740993", false), ("1e-30", false), ("0.375e2", true), ("1e22", false),
    ])
  func decimalsAreExactOrNot(word: String, isExact: Bool) throws {
    let number = try #require(VNNLIBNumber(word))
    #expect((number.error == 0) == isExact)
    let end = VNNLIBBound(
      input: 0, coefficient: VNNLIBNumber(1), limit: number, isStrict: false)
    #expect(isExact ? end.value == number.value : end.value > number.value)
  }

  /// 0.1 + 0.2 is 0.3, which the sum of the Doubles is not.
  @Test func errorsOfSumsAreCarried() throws {
    let text = "(assert (<= (+ X_0 0.1) (+ 0.1 (+ 0.1 0.2))))"
    let upper = try #require(try read(text).cases.first?.upper.first)
    #expect(upper > 0.3 && upper < 0.3 + 1e-15)
  }

  @Test func whatCannotHoldIsLeftOut() throws {
    for text in [
      "(<= X_0 -1)", "(< X_0 0)", "(and (> X_0 0.5) (< X_0 0.5))", "(<= 2 1)", "(< Y_0 Y_0)",
      "(or (<= 2 1) (>= X_0 2))", "(and (<= Y_0 1) (or (< 1 1)))",
    ] { #expect(try read("(assert \(text))").cases.isEmpty, "\(text)") }
    #expect(try read("(assert (<= Y_0 (+ 1 Y_0)))").cases.map(\.constraints) == [[]])
    let property = try read("(assert (or (and (<= Y_0 1) (>= X_0 2)) (<= Y_1 0)))")
    #expect(property.cases.map(\.constraints) == [[constraint(0, 1, atMost: 0)]])
  }

  @Test func gzippedFilesAreRead() throws {
    try withFolder { folder in
      let text = Data(
        (Self.declarations(inputs: 1, outputs: 1) + "(assert (and (<= X_0 1) (>= X_0 0)))").utf8)
      let (plain, packed) = (folder.appending(path: "a"), folder.appending(path: "b"))
      try text.write(to: plain)
      try Gzip.compress(text).write(to: packed)
      let property = try VNNLIBProperty(contentsOf: plain)
      #expect(property.cases.count == 1)
      #expect(try VNNLIBProperty(contentsOf: packed) == property)
    }
  }

  /// Boxes that all cases have are held once, whatever the order of the assertions.
  @Test func largePropertiesAreRead() throws {
    let count = 20_000
    let bounds = (0..<count).map { "(assert (<= X_\($0) 1))(assert (>= X_\($0) 0.5))\n" }
    let choice = "(assert (or " + (1..<1000).map { "(and (>= Y_\($0) Y_0))" }.joined() + "))"
    for text in [bounds.joined() + choice, choice + bounds.joined()] {
      let property = try VNNLIBProperty(
        data: Data((Self.declarations(inputs: count, outputs: 1000) + text).utf8), file: "f")
      #expect(property.cases.count == 999)
      #expect(property.cases.allSatisfy { $0.lower.count == count && $0.constraints.count == 1 })
    }
  }

  /// A point is in some case exactly where the formula holds.
  @Test func casesAreTheFormula() throws {
    for seed in 0..<400 {
      var random = RandomSource(seed: UInt64(seed))
      let formulas = (0..<2).map { _ in RandomFormula(depth: 3, using: &random) }
      let box = (0..<2).flatMap { [RandomFormula(bound: $0, 4), RandomFormula(bound: $0, -4)] }
      let all = (formulas + box).shuffled(using: &random)
      let text =
        Self.declarations(inputs: 2, outputs: 2) + all.map { "(assert \($0.text))" }.joined()
      let property = try VNNLIBProperty(data: Data(text.utf8), file: "f")
      for _ in 0..<200 {
        let point = (0..<4).map { _ in Double(Int.random(in: -5...5, using: &random)) }
        let isInCase = property.cases.contains { part in
          (0..<2).allSatisfy { part.lower[$0] <= point[$0] && point[$0] <= part.upper[$0] }
            && part.constraints.allSatisfy { $0.excess(of: point[2...].map { Float($0) }) <= 0 }
        }
        #expect(isInCase == all.allSatisfy { $0.holds(point) }, "\(text) at \(point)")
      }
    }
  }
}

/// A formula over two inputs and two outputs with small whole numbers, as text and as a function.
private struct RandomFormula {
  let text: String
  let holds: ([Double]) -> Bool

  private static let names = ["X_0", "X_1", "Y_0", "Y_1"]

  /// An input at most a number, or at least if it is negative.
  init(bound input: Int, _ number: Int) {
    text = number > 0 ? "(<= X_\(input) \(number))" : "(>= X_\(input) \(number))"
    holds = { number > 0 ? $0[input] <= Double(number) : $0[input] >= Double(number) }
  }

  init(depth: Int, using random: inout RandomSource) {
    guard depth > 0, Bool.random(using: &random) else {
      self.init(comparisonUsing: &random)
      return
    }
    let parts = (0..<Int.random(in: 1...3, using: &random)).map { _ in
      RandomFormula(depth: depth - 1, using: &random)
    }
    let isAnd = Bool.random(using: &random)
    self.init(text: "(\(isAnd ? "and" : "or") \(parts.map(\.text).joined(separator: " ")))") {
      point in
      isAnd ? parts.allSatisfy { $0.holds(point) } : parts.contains { $0.holds(point) }
    }
  }

  private init(text: String, holds: @escaping ([Double]) -> Bool) {
    (self.text, self.holds) = (text, holds)
  }

  private init(comparisonUsing random: inout RandomSource) {
    func number() -> Int { Int.random(in: -3...3, using: &random) }
    let isOutput = Bool.random(using: &random)
    let first = Bool.random(using: &random) ? 1 : 0
    let (a, b) = isOutput ? (number(), number()) : (first, 1 - first)
    let (v, w) = isOutput ? (2, 3) : (0, 1)
    let limit = number()
    let operation = ["<=", ">=", "="].randomElement(using: &random)!
    text = "(\(operation) (+ (* \(a) \(Self.names[v])) (* \(b) \(Self.names[w]))) \(limit))"
    holds = { point in
      let value = Double(a) * point[v] + Double(b) * point[w]
      return switch operation {
      case "<=": value <= Double(limit)
      case ">=": value >= Double(limit)
      default: value == Double(limit)
      }
    }
  }
}
