import Foundation
import Tensors
import Testing
import _TestSupport

@testable import Formats

/// What is no property gets one line that says where.
@Suite struct VNNLIBBadInputTests {
  private static let good = """
    (declare-const X_0 Real)
    (declare-const X_1 Real)
    (declare-const Y_0 Real)
    (assert (or (and (<= X_0 1) (>= X_0 -1.5e-1)) (and (<= X_0 (- 2)) (>= X_0 -3))))
    (assert (and (<= (+ X_1 (* 2 X_1)) 1) (>= X_1 0)))
    (assert (or (<= (* 2 Y_0) 1) (>= (- Y_0 1) 3e0))) ; the end

    """

  private func failure(
    _ text: String, in file: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    expectFailure(.badData, text, file: "f", sourceLocation: sourceLocation) {
      _ = try VNNLIBProperty(data: Data(file.utf8), file: "f")
    }
  }

  @Test func passesTheUndamaged() throws {
    #expect(try VNNLIBProperty(data: Data(Self.good.utf8), file: "f").cases.count == 4)
  }

  @Test(arguments: [
    ("(<= X_0", "f: line 7: the file ends inside a parenthesis; it may be cut off"),
    ("(<= X_0 1)", "the file ends inside a parenthesis"),
    ("(<= X_0 1))) ", "f: line 7: a command \"(…)\" should be here, not \")\""),
    ("(<= X_0 1) (<= X_0 1))", "assert takes one formula: \")\" should be here, not \"(\""),
    ("X_0)", "a formula: \"(\" should be here, not \"X_0\""), ("())", "should be here, not \")\""),
    ("(<= X_2 1))", "X_2 is not declared before"), ("(<= Y_1 1))", "Y_1 is not declared before"),
    ("(<= X_0 1 2))", "<= takes 2 terms, not 3"), ("(<= X_0))", "<= takes 2 terms, not 1"),
    ("(<=))", "<= takes terms, and has none"), ("(and))", "and takes at least 1 formula"),
    ("(or))", "or takes at least 1 formula"), ("(<= (+) 1))", "+ takes terms, and has none"),
    ("(and X_0))", "a formula should be here, not \"X_0\""),
    ("(not (<= X_0 1)))", "\"not\" is not"),
    ("(<= X_0 Y_0))", "a comparison of inputs with outputs"),
    ("(<= (+ X_0 X_1) 1))", "a constraint between X_0 and X_1"),
    ("(<= (* Y_0 Y_0) 1))", "a product of variables is not linear"),
    ("(<= (/ Y_0 2) 1))", "\"/\" is not supported in a term; supported are +, - and *"),
    ("(<= X_0 nan))", "\"nan\" is neither a number"), ("(<= X_0 inf))", "\"inf\" is neither"),
    ("(<= X_0 0x10))", "\"0x10\" is neither a number"), ("(<= X_0 1e))", "\"1e\" is neither"),
    ("(<= X_0 1.2.3))", "\"1.2.3\" is neither"), ("(<= X_0 x))", "\"x\" is neither a number nor"),
    ("(<= X_0 1e39))", "\"1e39\" is beyond the range of Float32"),
    ("(<= X_0 -1e999))", "\"-1e999\" is beyond the range"),
    ("(<= (* 1e30 1e30 Y_0) 1))", "its numbers are beyond the range of Float32"),
    ("(<= (* 1e200 1e200 Y_0) 1))", "\"1e200\" is beyond"),
    ("(<= (* 1e30 1e30 1e30 1e30 1e30 1e30 1e30 1e30 1e30 1e30 1e30 0 Y_0) 1))", "its numbers are"),
    ("(<= (* 1e-30 X_0) 1e30))", "its bound of X_0 is beyond the range"),
    ("(<= X_00 1))", "\"X_00\" is neither"), ("(<= X_+0 1))", "\"X_+0\" is neither"),
  ])
  func refusesBadAssertions(assertion: String, text: String) {
    failure(text, in: Self.good + "(assert \(assertion)")
  }

  @Test(arguments: [
    ("", "declares no X_0"), (";", "declares no X_0"), ("(declare-const X_0 Real)", "no Y_0"),
    ("(declare-const X_0 Int)", "declaration of X_0: \"Real\" should be here, not \"Int\""),
    ("(declare-const X_0 Real 1)", "\")\" should be here"), ("(declare-const Z_0 Real)", "\"Z_0\""),
    ("(declare-const X_99999999999999999999 Real)", "is no variable of a network"),
    ("(declare-const X_-1 Real)", "is no variable"),
    ("(declare-const (X_0) Real)", "name should be"),
    ("(declare-const X_0 Real)\n(declare-const X_0 Real)", "line 2: X_0 is declared twice"),
    (
      "\n(declare-const X_2 Real)(declare-const X_0 Real)",
      "line 2: X_2 is declared, but X_1 is not"
    ),
    ("(vnnlib-version <2.0>)", "the command \"vnnlib-version\" is not supported"),
    ("hello", "a command \"(…)\" should be here, not \"hello\""), ("()", "a command's name should"),
    (
      "(declare-const X_0 Real)\n(declare-const Y_0 Real)\n(assert (<= X_0 1))",
      "line 1: X_0 has no lower bound; every input needs both in every case"
    ),
    (
      "(declare-const X_0 Real)(declare-const Y_0 Real)(assert (or (>= X_0 1) (and (<= X_0 2) (= X_0 1))))",
      "X_0 has no upper bound"
    ),
  ])
  func refusesBadFiles(file: String, text: String) { failure(text, in: file) }

  @Test(arguments: [
    ("(and ", "(<= X_0 1)", ")"), ("(or ", "(<= X_0 1)", ")"), ("(+ ", "Y_0", " 1)"),
    ("(- ", "Y_0", ")"), ("(* 1 ", "Y_0", ")"),
  ])
  func refusesWhatIsTooDeep(open: String, inner: String, close: String) {
    let start = Self.good + "(assert " + (inner == "Y_0" ? "(<= " : "")
    let opened = start + String(repeating: open, count: 500_000)
    failure("line 7: nested more than 100 deep", in: opened)
    failure(
      "nested more than 100 deep", in: opened + inner + String(repeating: close, count: 500_000))
  }

  @Test func refusesTooManyCases() {
    let choice = "(assert (or (<= Y_0 1) (<= Y_0 2) (<= Y_0 3)))"
    failure(
      "with this \"or\" there are too many cases",
      in: Self.good + String(repeating: choice, count: 40))
    let long = "(assert (or " + String(repeating: "(<= Y_0 1)", count: 200_001) + "))"
    failure("line 7: with this \"or\" there are too many cases", in: Self.good + long)
    let conjunction = "(and " + String(repeating: "(<= Y_0 1)", count: 3000) + ")"
    let product = "(assert (or " + String(repeating: conjunction, count: 50) + "))"
    failure("too many cases", in: Self.good + product + product)
  }

  /// Many alternatives of one formula each are no more cases than one.
  @Test func passesManyChoicesOfOne() throws {
    let text = Self.good + String(repeating: "(assert (or (and (or (<= Y_0 1)))))\n", count: 20_000)
    #expect(try VNNLIBProperty(data: Data(text.utf8), file: "f").cases.count == 4)
  }

  @Test func refusesMegabytesOfGarbage() {
    var random = RandomSource(seed: 1)
    for alphabet in ["() ", "(assert \n", "X_0123456789 ", "\0\u{ff}\u{fe}(){}"] {
      let symbols = Array(alphabet.utf8)
      let bytes = (0..<4_000_000).map { _ in symbols.randomElement(using: &random)! }
      expectFailure(.badData, "line", file: "f") {
        _ = try VNNLIBProperty(data: Data(bytes), file: "f")
      }
    }
  }

  @Test func refusesFilesThatAreTooLarge() throws {
    let bytes = Data(repeating: 0x20, count: VNNLIBProperty.sizeLimit + 1)
    for data in [bytes, Gzip.compress(bytes, level: 1)] {
      expectFailure(.badData, "than the \(VNNLIBProperty.sizeLimit) bytes", file: "f") {
        _ = try VNNLIBProperty(data: data, file: "f")
      }
    }
    expectFailure(.missingInput, "no such file", file: "/nowhere/p") {
      _ = try VNNLIBProperty(contentsOf: URL(fileURLWithPath: "/nowhere/p"))
    }
  }

  /// Damage gives an error of one line with the file's name, or another property; never a crash.
  @Test func survivesMutations() {
    var random = RandomSource(seed: 2)
    let pieces = ["(", ")", "(or", "(and ", "X_1", "Y_0", "1e9", "-", "*", ";", "\n", "(assert "]
    for _ in 0..<5000 {
      var bytes = mutated(Array(Self.good.utf8), using: &random)
      if Bool.random(using: &random) {
        let at = Int.random(in: 0...bytes.count, using: &random)
        bytes.insert(contentsOf: pieces.randomElement(using: &random)!.utf8, at: at)
      }
      do {
        let property = try VNNLIBProperty(data: Data(bytes), file: "f")
        for part in property.cases {
          #expect(part.lower.count == property.inputs && part.upper.count == property.inputs)
          #expect(zip(part.lower, part.upper).allSatisfy { $0 <= $1 && ($1 - $0).isFinite })
          #expect(
            part.constraints.allSatisfy { $0.terms.allSatisfy { $0.output < property.outputs } })
        }
      } catch {
        let line = "\(error)"
        #expect(error is FormatError && line.hasPrefix("f: ") && !line.contains("\n"), "\(line)")
      }
    }
  }
}
