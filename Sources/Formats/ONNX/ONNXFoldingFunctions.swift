import Foundation
import Networks
import RealModule

/// Functions of each number of a constant, and Where.
extension ONNXFolding {
  /// Where: from the second input where the first is true, else from the third, all spread over
  /// each other.
  static let selected: Fold = { node, inputs in
    let condition = try input(0, inputs, node)
    let branches = [try input(1, inputs, node), try input(2, inputs, node)]
    guard let truth = condition.integers, let pair = ONNXConstant.unified(branches),
      let shape = Broadcast.shape(condition.shape, pair[0].shape, pair[1].shape)
    else { throw node.bad("of constants \(branches.map(\.shape))") }
    let count = try count(shape, node)
    let which = Broadcast.places(of: condition.shape, in: shape)
    let places = pair.map { Broadcast.places(of: $0.shape, in: shape) }
    let both = try joinedFlat(pair, node)
    return [
      both.taking(
        (0..<count).map { i in
          truth[which[i]] != 0 ? places[0][i] : pair[0].count + places[1][i]
        }, shape: shape)
    ]
  }

  /// Returns the scalars of two arrays of one kind behind each other, so that one table of places
  /// can choose from both.
  private static func joinedFlat(
    _ pair: [ONNXConstant], _ node: ONNXNode
  ) throws -> ONNXConstant {
    switch (pair[0], pair[1]) {
    case (.floats(_, let a), .floats(_, let b)): .floats(shape: [], a + b)
    case (.doubles(_, let a), .doubles(_, let b)): .doubles(shape: [], a + b)
    case (.integers(_, let a), .integers(_, let b)): .integers(shape: [], a + b)
    default: throw node.bad("of integers and floats")
    }
  }

  /// Functions of a single number, such as Neg, Sqrt, Exp or Floor.
  ///
  /// Those of Float32 are computed in Double and rounded once, so that results may differ from a
  /// runtime's in the last bit. For integers only those are computed whose result is an integer;
  /// the others are refused. Round takes halves to the even neighbour.
  static let function: Fold = { node, inputs in
    let x = try input(0, inputs, node)
    let (real, integer): ((Double) -> Double, (Int) -> Int?)
    switch node.operation {
    case "Neg": (real, integer) = ({ -$0 }, { $0 == .min ? nil : -$0 })
    case "Abs": (real, integer) = ({ abs($0) }, { $0 == .min ? nil : abs($0) })
    case "Relu": (real, integer) = ({ max($0, 0) }, { max($0, 0) })
    case "Sign": (real, integer) = ({ $0 > 0 ? 1 : ($0 < 0 ? -1 : 0) }, { $0.signum() })
    case "Not": (real, integer) = ({ $0 }, { $0 == 0 ? 1 : 0 })
    case "Sqrt": (real, integer) = ({ $0.squareRoot() }, { _ in nil })
    case "Exp": (real, integer) = ({ .exp($0) }, { _ in nil })
    case "Log": (real, integer) = ({ .log($0) }, { _ in nil })
    case "Reciprocal": (real, integer) = ({ 1 / $0 }, { _ in nil })
    case "Tanh": (real, integer) = ({ .tanh($0) }, { _ in nil })
    case "Sigmoid": (real, integer) = ({ 1 / (1 + .exp(-$0)) }, { _ in nil })
    case "Floor": (real, integer) = ({ $0.rounded(.down) }, { $0 })
    case "Ceil": (real, integer) = ({ $0.rounded(.up) }, { $0 })
    default: (real, integer) = ({ $0.rounded(.toNearestOrEven) }, { $0 })
    }
    guard let result = x.mapped(real, integer) else {
      throw node.bad("of constant integers is not supported")
    }
    return [result]
  }
}
