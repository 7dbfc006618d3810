import Networks
import Tensors

/// A step of GELU as exporters before opset 20 write it: x · ½ · (1 + erf(x/√2)), in any order of
/// the factors.
struct ONNXGELU {
  /// x.
  let argument: ONNXGraph.Value
  /// What the step is: factor · (offset + erf(x/√2)).
  var factor: Float = 1
  var offset: Float = 0

  static func refusal(_ node: ONNXNode) -> any Error {
    node.bad("of erf is supported only where it makes GELU, x · (1 + erf(x/√2))/2")
  }

  /// erf of x/√2.
  static let erf: ONNXOperators.Conversion = { node, graph in
    let scaled = try graph.value(0, of: node)
    let root = Float(0.5).squareRoot()
    guard scaled.index > 0, case let maker = graph.layers[scaled.index - 1],
      let affine = maker.layer as? ChannelAffine,
      affine.shift.scalars.allSatisfy({ $0 == 0 }),
      affine.scale.scalars.allSatisfy({ abs($0 - root) < 1e-6 })
    else { throw refusal(node) }
    let x = ONNXGraph.Value(index: maker.inputs[0], shape: scaled.shape, image: scaled.image)
    graph.define(node.proto.output[0], as: .gelu(ONNXGELU(argument: x)))
  }

  /// Adds 1, or multiplies by a number.
  func advance(
    by constant: ONNXConstant, _ node: ONNXNode, _ graph: inout ONNXGraph
  ) throws {
    guard case .floats(_, let scalars) = constant, scalars.count == 1, let c = scalars.first else {
      throw Self.refusal(node)
    }
    var next = self
    switch node.operation {
    case "Add" where factor == 1: next.offset += c
    case "Mul": next.factor *= c
    default: throw Self.refusal(node)
    }
    graph.define(node.proto.output[0], as: .gelu(next))
  }

  /// x · factor · (1 + erf(x/√2)) is 2 · factor · GELU(x); x may have been halved already.
  func finish(
    with x: ONNXGraph.Value, _ node: ONNXNode, _ graph: inout ONNXGraph
  ) throws {
    var scale = 2 * factor
    if x.index != argument.index {
      guard x.index > 0, case let maker = graph.layers[x.index - 1],
        maker.inputs == [argument.index], let affine = maker.layer as? ChannelAffine,
        affine.shift.scalars.allSatisfy({ $0 == 0 }), let c = affine.scale.scalars.first,
        affine.scale.scalars.allSatisfy({ $0 == c })
      else { throw Self.refusal(node) }
      scale *= c
    }
    guard node.operation == "Mul", offset == 1 else { throw Self.refusal(node) }
    let gelu = try graph.append(
      Activation(.gelu), to: [argument], for: node, image: argument.image)
    guard scale != 1 else { return graph.alias(gelu, for: node) }
    let channels = gelu.shape.last!
    try graph.add(
      ChannelAffine(scale: Tensor(shape: [channels], repeating: scale), shift: .zeros([channels])),
      to: [gelu], for: node, image: gelu.image)
  }
}
