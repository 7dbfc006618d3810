import Foundation
import Networks
import Tensors

/// Computes nodes whose inputs are all constants while the file is read.
///
/// Exporters leave such nodes in a graph to compute shapes (Shape, Gather, Concat, then Reshape),
/// to lay out weights (a Transpose of a matrix) and to build masks. Their results are needed as
/// constants, since a layer's weights and a reshape's target cannot be computed values. More
/// operators are read here than for computed values, because nothing has to be bounded: roundings,
/// products and divisions are plain arithmetic.
///
/// ``ONNXOperators/add(_:to:)`` is the only caller. Attributes are read from the node as by a
/// conversion, so that an unknown one is refused here too. Reductions and matrix products sum in
/// Double and round once; other arithmetic rounds each operation as a runtime does.
enum ONNXFolding {
  /// Computes the outputs of a node from its inputs, of which nil stands for one that is left out.
  ///
  /// A fold throws ``FormatError`` for shapes that do not fit, element types that it does not
  /// compute on, and results that are too large.
  typealias Fold = @Sendable (inout ONNXNode, [ONNXConstant?]) throws -> [ONNXConstant]

  /// The folds by operator. ConstantOfShape and CastLike are none of them, since they need the graph
  /// for the tensor in an attribute and for an element type.
  private static let all: [String: Fold] = [
    "Identity": identity, "Dropout": dropout, "Cast": cast,
    "Reshape": reshaped, "Squeeze": reshaped, "Unsqueeze": reshaped, "Flatten": reshaped,
    "Transpose": transposed, "Gather": gathered, "Concat": joined, "Slice": sliced, "Split": split,
    "Expand": expanded, "Tile": tiled, "Shape": shape, "Size": size, "Range": range,
    "Where": selected, "MatMul": product, "Gemm": product, "Pad": padded,
    "Add": arithmetic, "Sub": arithmetic, "Mul": arithmetic, "Div": arithmetic, "Mod": arithmetic,
    "Pow": arithmetic, "Max": arithmetic, "Min": arithmetic, "Sum": arithmetic,
    "And": arithmetic, "Or": arithmetic,
    "Equal": comparison, "Greater": comparison, "GreaterOrEqual": comparison, "Less": comparison,
    "LessOrEqual": comparison,
    "Neg": function, "Abs": function, "Sqrt": function, "Exp": function, "Log": function,
    "Reciprocal": function, "Floor": function, "Ceil": function, "Round": function,
    "Relu": function, "Tanh": function, "Sigmoid": function, "Not": function, "Sign": function,
    "ReduceSum": reduction, "ReduceMean": reduction, "ReduceProd": reduction,
    "ReduceMax": reduction, "ReduceMin": reduction, "ReduceL1": reduction,
    "ReduceL2": reduction, "ReduceSumSquare": reduction,
  ]

  /// The names of all operators that can be folded.
  static let names = Array(all.keys) + ["ConstantOfShape", "CastLike"]

  /// Folds a node all of whose inputs are constants.
  ///
  /// The batch needs care. In a shape that comes from the input, ``ONNXGraph/openBatch`` stands for
  /// an unknown batch. Expand and ConstantOfShape with such a shape would repeat a constant for
  /// each example; one copy is made instead, whose extent 1 spreads over the batch where it meets a
  /// value.
  ///
  /// - Returns: The outputs, or nil where the operator is none of those that are folded.
  /// - Throws: ``FormatError`` where the fold refuses the node.
  static func fold(
    _ node: inout ONNXNode, _ inputs: [ONNXConstant?], _ graph: ONNXGraph
  ) throws -> [ONNXConstant]? {
    if node.operation == "ConstantOfShape" { return [try filled(&node, inputs, graph)] }
    if node.operation == "CastLike" { return [try castLike(&node, inputs, graph)] }
    guard let fold = all[node.operation] else { return nil }
    var inputs = inputs
    // A constant that is repeated for each example is one for all.
    if node.operation == "Expand", case .integers(let shape, let extents)?? = inputs.last {
      inputs[inputs.count - 1] = .integers(
        shape: shape, extents.map { $0 == ONNXGraph.openBatch ? 1 : $0 })
    }
    return try fold(&node, inputs)
  }

  /// Returns the element type of a folded node's outputs, or nil where it is not known.
  static func elementType(of node: ONNXNode, _ graph: ONNXGraph) -> ONNXGraph.ElementType? {
    var node = node
    switch node.operation {
    case "Cast": return ONNXGraph.ElementType(rawValue: node.integer("to", default: 0))
    case "CastLike", "Where": return graph.elementType(1, of: node)
    case "Shape", "Size": return .int64
    case "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "And", "Or", "Not":
      return .bool
    case "ConstantOfShape": return node.tensor("value").map { $0.elementType } ?? .float
    default: return graph.elementType(0, of: node)
    }
  }

  // MARK: Parts of the inputs

  /// Returns the input at a position, which must be given.
  static func input(
    _ position: Int, _ inputs: [ONNXConstant?], _ node: ONNXNode
  ) throws -> ONNXConstant {
    guard inputs.indices ~= position, let constant = inputs[position] else {
      throw node.bad("needs an input \(position)")
    }
    return constant
  }

  /// Returns the integers at a position, or nil where the input is left out.
  ///
  /// - Throws: ``FormatError`` for floating-point numbers.
  static func integers(
    _ position: Int, _ inputs: [ONNXConstant?], _ node: ONNXNode
  ) throws -> [Int]? {
    guard inputs.indices ~= position, let constant = inputs[position] else { return nil }
    guard let integers = constant.integers else {
      throw node.bad("input \(position) must be integers")
    }
    return integers
  }

  /// Returns an axis counted from the front; a negative one counts from the end.
  ///
  /// - Parameter rank: The number of axes, all of them, since constants have no batch.
  /// - Throws: ``FormatError`` where there is no such axis.
  static func axis(_ number: Int, rank: Int, _ node: ONNXNode) throws -> Int {
    let axis = number < 0 ? number + rank : number
    guard 0..<rank ~= axis else { throw node.bad("axis \(number) of a constant does not exist") }
    return axis
  }

  /// Returns the number of scalars of a shape, where there are not too many.
  ///
  /// - Parameter given: How many an input has. A result may be as large as that; beyond,
  ///   ``ONNXConstant/scalarLimit`` holds.
  /// - Throws: ``FormatError`` where there are more, or the shape is impossible.
  static func count(_ shape: [Int], _ node: ONNXNode, given: Int = 0) throws -> Int {
    let limit = max(given, ONNXConstant.scalarLimit)
    guard let count = ONNXTensorReader.count(of: shape), count <= limit else {
      throw node.bad("gives a constant \(shape), which is too large")
    }
    return count
  }

  // MARK: Plain ones

  /// Identity: the input.
  private static let identity: Fold = { node, inputs in [try input(0, inputs, node)] }

  /// Dropout: the first input, where the node is not in training mode.
  private static let dropout: Fold = { node, inputs in
    try node.expectNoDropping(
      ratio: inputs.count > 1 ? inputs[1] : nil, isTraining: try integers(2, inputs, node))
    return [try input(0, inputs, node)]
  }

  /// ConstantOfShape: an array of one number, `value`, which is the Float32 0 if it is left out.
  ///
  /// - Throws: ``FormatError`` where the shape is not of integers or too large.
  private static func filled(
    _ node: inout ONNXNode, _ inputs: [ONNXConstant?], _ graph: ONNXGraph
  ) throws -> ONNXConstant {
    let extents = (try integers(0, inputs, node) ?? []).map {
      $0 == ONNXGraph.openBatch ? 1 : $0
    }
    let count = try count(extents, node)
    let value = try node.tensor("value").map { try graph.reader.constant($0) }
    guard let value, value.count == 1 else {
      return .floats(shape: extents, [Float](repeating: 0, count: count))
    }
    return value.taking([Int](repeating: 0, count: count), shape: extents)
  }

  /// Cast to another element type.
  ///
  /// Floating-point numbers become integers by truncation, float64 becomes Float32 by rounding to
  /// nearest, and whatever is not 0 becomes true. Integers lose the bits that a narrower type does
  /// not hold. Float16 and bfloat16 as targets are refused, because they would round.
  private static let cast: Fold = { node, inputs in
    node.ignore("saturate", "round_mode")
    return [try converted(try input(0, inputs, node), to: node.integer("to", default: 0), node)]
  }

  /// CastLike: a Cast to the element type of the second input.
  ///
  /// - Throws: ``FormatError`` also where that type is not known.
  private static func castLike(
    _ node: inout ONNXNode, _ inputs: [ONNXConstant?], _ graph: ONNXGraph
  ) throws -> ONNXConstant {
    node.ignore("saturate", "round_mode")
    guard let type = graph.elementType(1, of: node) else {
      throw node.bad("needs a second input of a known element type")
    }
    return try converted(try input(0, inputs, node), to: type.rawValue, node)
  }

  /// Returns a constant with another element type.
  ///
  /// - Parameter type: A number of TensorProto's data types.
  /// - Throws: ``FormatError`` for a type that is not computed on, and for a floating-point number
  ///   that has no integer of the type, such as NaN.
  private static func converted(
    _ constant: ONNXConstant, to type: Int, _ node: ONNXNode
  ) throws -> ONNXConstant {
    let shape = constant.shape
    let target = ONNXGraph.ElementType(rawValue: type)
    switch (target, constant) {
    case (.float, .floats), (.double, .doubles): return constant
    case (.float, .doubles(_, let values)): return .floats(shape: shape, values.map { Float($0) })
    case (.double, .floats(_, let values)): return .doubles(shape: shape, values.map(Double.init))
    case (.float, .integers(_, let values)): return .floats(shape: shape, values.map { Float($0) })
    case (.double, .integers(_, let values)):
      return .doubles(shape: shape, values.map { Double($0) })
    case (.bool, _):
      let values = constant.doubles.map { $0.map { $0 == 0 ? 0 : 1 } }
      return .integers(shape: shape, values ?? constant.integers!.map { $0 == 0 ? 0 : 1 })
    default:
      guard let target, wrapped(0, to: target) != nil else {
        let name = ONNXTensorReader.name(Int32(truncatingIfNeeded: type))
        throw node.bad("to element type \(name) is not supported")
      }
      if let integers = constant.integers {
        return .integers(shape: shape, integers.map { wrapped($0, to: target)! })
      }
      return .integers(
        shape: shape,
        try constant.doubles!.map {
          let truncated = $0.rounded(.towardZero)
          guard let whole = Int(exactly: truncated), wrapped(whole, to: target) == whole else {
            throw node.bad("of \($0) to an integer of type \(target)")
          }
          return whole
        })
    }
  }

  /// Returns an integer without the bits that a type does not hold, as two's complement reads the
  /// others; nil for a type that is none of integers.
  private static func wrapped(_ value: Int, to type: ONNXGraph.ElementType) -> Int? {
    switch type {
    case .int64: value
    case .int32: Int(Int32(truncatingIfNeeded: value))
    case .int16: Int(Int16(truncatingIfNeeded: value))
    case .int8: Int(Int8(truncatingIfNeeded: value))
    case .uint16: Int(UInt16(truncatingIfNeeded: value))
    case .uint8: Int(UInt8(truncatingIfNeeded: value))
    default: nil
    }
  }

  /// Shape of a constant, or the part of it from `start` to `end` (opset 15), which count from the
  /// end if they are negative.
  private static let shape: Fold = { node, inputs in
    let own = try input(0, inputs, node).shape
    let range = StridedRange(
      from: node.integer("start", default: 0), to: node.integer("end", default: own.count), by: 1,
      of: own.count)
    let part = Array(own[range.start..<range.start + range.count])
    return [.integers(shape: [part.count], part)]
  }

  /// Size: the number of scalars.
  private static let size: Fold = { node, inputs in
    [.integers(shape: [], [try input(0, inputs, node).count])]
  }

  /// Range: the numbers from a start on, a step apart, up to but not including a limit.
  ///
  /// There are max(⌈(limit − start)/step⌉, 0) of them. Each is computed as start + i · step in
  /// Double, not by adding steps, so that errors do not pile up.
  ///
  /// - Throws: ``FormatError`` where an input is no single number, the three are not of one kind,
  ///   the step is 0, or a number is too large for Double to count with.
  private static let range: Fold = { node, inputs in
    let ends = try (0..<3).map { try input($0, inputs, node) }
    guard let unified = ONNXConstant.unified(ends), unified.allSatisfy({ $0.count == 1 }) else {
      throw node.bad("needs three numbers of one kind")
    }
    let numbers = unified.map { $0.doubles?[0] ?? Double($0.integers![0]) }
    let count = max(((numbers[1] - numbers[0]) / numbers[2]).rounded(.up), 0)
    // Below 2⁵³ every integer is a Double, so that counting in Double is exact for integers. A step
    // of 0 makes the count infinite or NaN and is caught here.
    guard numbers[2] != 0, count <= Double(ONNXConstant.scalarLimit),
      numbers.allSatisfy({ abs($0) < 0x1p53 })
    else { throw node.bad("from \(numbers[0]) to \(numbers[1]) by \(numbers[2])") }
    let values = (0..<Int(count)).map { numbers[0] + Double($0) * numbers[2] }
    switch unified[0] {
    case .integers: return [.integers(shape: [values.count], values.map { Int($0) })]
    case .floats: return [.floats(shape: [values.count], values.map { Float($0) })]
    case .doubles: return [.doubles(shape: [values.count], values)]
    }
  }
}
