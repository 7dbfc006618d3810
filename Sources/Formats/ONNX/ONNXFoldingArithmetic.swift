import Foundation
import Networks
import RealModule
import Tensors

/// Arithmetic and comparisons of constants, spread over each other by NumPy's rule.
///
/// Both operands are of one kind, or of Float32 and float64, of which the first is widened. Float32
/// is computed as a runtime does, each operation rounded. Integers that overflow are refused.
extension ONNXFolding {
  /// Add, Sub, Mul, Div, Mod, Pow, Max, Min, Sum, And and Or: the operation on two inputs, or on
  /// more from left to right.
  ///
  /// See ``ONNXNode/shape(ofSecond:behind:)`` for the attributes of opset 6. With the attribute
  /// `fmod` a remainder has the sign of the dividend, as in C.
  static let arithmetic: Fold = { node, inputs in
    let isC = node.integer("fmod", default: 0) != 0
    var result = try input(0, inputs, node)
    for other in inputs.dropFirst() {
      guard let other else { throw node.bad("lacks an input") }
      let shape = try node.shape(ofSecond: other.shape, behind: result.shape.count)
      result = try combined(result, other.shaped(shape), node, isC: isC)
    }
    return [result]
  }

  /// Returns the operation on two constants.
  ///
  /// - Parameter isC: Whether a remainder has the sign of the dividend.
  private static func combined(
    _ a: ONNXConstant, _ b: ONNXConstant, _ node: ONNXNode, isC: Bool
  ) throws -> ONNXConstant {
    guard let shape = Broadcast.shape(a.shape, b.shape) else {
      throw node.bad("of constants \(a.shape) and \(b.shape)")
    }
    let count = try count(shape, node, given: max(a.count, b.count))
    guard let pair = ONNXConstant.unified([a, b]) else { throw node.bad("of integers and floats") }
    let (p, q) = (
      Broadcast.places(of: a.shape, in: shape), Broadcast.places(of: b.shape, in: shape)
    )
    switch (pair[0], pair[1]) {
    case (.floats(_, let x), .floats(_, let y)):
      let operation: (Float, Float) -> Float = try real(node)
      return .floats(shape: shape, (0..<count).map { operation(x[p[$0]], y[q[$0]]) })
    case (.doubles(_, let x), .doubles(_, let y)):
      let operation: (Double, Double) -> Double = try real(node)
      return .doubles(shape: shape, (0..<count).map { operation(x[p[$0]], y[q[$0]]) })
    case (.integers(_, let x), .integers(_, let y)):
      return .integers(
        shape: shape, try (0..<count).map { try integer(x[p[$0]], y[q[$0]], node, isC: isC) })
    default: throw node.bad("of integers and floats")
    }
  }

  /// Returns the operation on floating-point numbers. A power is computed in Double and rounded; a
  /// maximum or minimum with NaN is NaN.
  ///
  /// - Throws: ``FormatError`` for an operation on integers, such as And.
  private static func real<Scalar: Real & BinaryFloatingPoint>(
    _ node: ONNXNode
  ) throws -> (Scalar, Scalar) -> Scalar {
    switch node.operation {
    case "Add", "Sum": { $0 + $1 }
    case "Sub": { $0 - $1 }
    case "Mul": { $0 * $1 }
    case "Div": { $0 / $1 }
    case "Pow": { Scalar(Double.pow(Double($0), Double($1))) }
    case "Max": { $0 > $1 || $0.isNaN ? $0 : $1 }
    case "Min": { $0 < $1 || $0.isNaN ? $0 : $1 }
    default: throw node.bad("of constant floats is not supported")
    }
  }

  /// Returns the operation on two integers.
  ///
  /// A quotient is truncated, and a remainder has the sign of the divisor, or with `isC` that of the
  /// dividend. Booleans are 0 and 1.
  ///
  /// - Throws: ``FormatError`` where the result overflows, a divisor is 0, or the operation is none
  ///   of integers, such as Pow.
  private static func integer(
    _ p: Int, _ q: Int, _ node: ONNXNode, isC: Bool
  ) throws -> Int {
    let (value, overflow): (Int, Bool)
    switch node.operation {
    case "Add", "Sum": (value, overflow) = p.addingReportingOverflow(q)
    case "Sub": (value, overflow) = p.subtractingReportingOverflow(q)
    case "Mul": (value, overflow) = p.multipliedReportingOverflow(by: q)
    case "Div": (value, overflow) = p.dividedReportingOverflow(by: q)
    case "Mod":
      let (rest, failed) = p.remainderReportingOverflow(dividingBy: q)
      let isMoved = !isC && rest != 0 && (rest < 0) != (q < 0)
      (value, overflow) = (isMoved ? rest + q : rest, failed)
    case "Max": (value, overflow) = (max(p, q), false)
    case "Min": (value, overflow) = (min(p, q), false)
    case "And": (value, overflow) = (p != 0 && q != 0 ? 1 : 0, false)
    case "Or": (value, overflow) = (p != 0 || q != 0 ? 1 : 0, false)
    default: throw node.bad("of constant integers is not supported")
    }
    guard !overflow else { throw node.bad("of \(p) and \(q)") }
    return value
  }

  /// Equal, Greater, GreaterOrEqual, Less and LessOrEqual: booleans, as the integers 0 and 1. A
  /// comparison with NaN is false.
  static let comparison: Fold = { node, inputs in
    let (a, b) = (try input(0, inputs, node), try input(1, inputs, node))
    guard let shape = Broadcast.shape(a.shape, b.shape),
      let pair = ONNXConstant.unified([a, b])
    else { throw node.bad("of constants \(a.shape) and \(b.shape)") }
    let count = try count(shape, node)
    let (p, q) = (
      Broadcast.places(of: a.shape, in: shape), Broadcast.places(of: b.shape, in: shape)
    )
    /// The comparison of all places. Float32 is compared as Double, which changes no result.
    func compared<Scalar: Comparable>(_ x: [Scalar], _ y: [Scalar]) -> [Int] {
      (0..<count).map { i in
        let (v, w) = (x[p[i]], y[q[i]])
        let holds =
          switch node.operation {
          case "Equal": v == w
          case "Greater": v > w
          case "GreaterOrEqual": v >= w
          case "Less": v < w
          default: v <= w
          }
        return holds ? 1 : 0
      }
    }
    if let x = pair[0].integers, let y = pair[1].integers {
      return [.integers(shape: shape, compared(x, y))]
    }
    return [.integers(shape: shape, compared(pair[0].doubles!, pair[1].doubles!))]
  }
}
