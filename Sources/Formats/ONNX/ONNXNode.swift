import Foundation

/// A node of an ONNX graph that keeps account of the attributes which have been read.
///
/// Each conversion asks for the attributes that it understands by name. After it,
/// ``expectAllRead()`` refuses the node if an attribute is left that nobody asked for. That way an
/// attribute of a newer opset, or one that was forgotten here, is not ignored silently, which would
/// certify another network than the file's. Attributes that a conversion means to pass over, such
/// as the seed of a Dropout, it names to ``ignore(_:)``.
///
/// Of an attribute without a value of the type that is asked for, protobuf's default (0, or nothing)
/// is read at first; ``expectTypes()`` then refuses the node.
struct ONNXNode {
  /// The node's message.
  let proto: Onnx_NodeProto
  /// The version of the default operator set that the model imports. It decides defaults, such as
  /// the axis of Softmax.
  let opset: Int
  /// The path of the model's file, for errors.
  let file: String
  /// The names of attributes that nobody has asked for yet.
  private var unread: Set<String>
  /// The names of attributes that were asked for and have no value of the type that was.
  private var mistyped: Set<String> = []

  /// Makes a node of which no attribute has been read.
  init(_ proto: Onnx_NodeProto, opset: Int, file: String) {
    self.proto = proto
    self.opset = opset
    self.file = file
    unread = Set(proto.attribute.map(\.name))
  }

  /// The most scalars that one array may have, for one example, in most operators that enlarge or
  /// pad an array.
  static let scalarLimit = 1 << 24

  /// The node's name, or the name of its first output where it has none, as nodes of some exporters
  /// do.
  var name: String { proto.name.isEmpty ? proto.output.first ?? "" : proto.name }
  /// The operator's name, such as "Conv".
  var operation: String { proto.opType }
  /// The names of the node's inputs. Optional inputs are left out at the end, or have an empty
  /// name.
  var inputs: [String] { proto.input }

  /// Returns an attribute and counts it as read, whether the node has it or not.
  ///
  /// - Parameter type: The type that the attribute has to be of.
  private mutating func attribute(
    _ name: String, _ type: Onnx_AttributeProto.AttributeType
  ) -> Onnx_AttributeProto? {
    unread.remove(name)
    guard let attribute = proto.attribute.first(where: { $0.name == name }) else { return nil }
    if !attribute.has(type) { mistyped.insert(name) }
    return attribute
  }

  /// Reads an attribute of one integer; `value` is the operator's default.
  mutating func integer(_ name: String, default value: Int) -> Int {
    attribute(name, .int).map { Int($0.i) } ?? value
  }

  /// Reads an attribute of one integer that has no default.
  mutating func integerIfGiven(_ name: String) -> Int? { attribute(name, .int).map { Int($0.i) } }

  /// Reads an attribute of one Float32; `value` is the operator's default.
  mutating func float(_ name: String, default value: Float) -> Float {
    attribute(name, .float).map(\.f) ?? value
  }

  /// Reads an attribute of one Float32 that has no default.
  mutating func floatIfGiven(_ name: String) -> Float? { attribute(name, .float).map(\.f) }

  /// Reads an attribute of a list of Float32.
  mutating func floats(_ name: String) -> [Float]? { attribute(name, .floats).map(\.floats) }

  /// Reads an attribute of a list of integers.
  mutating func integers(_ name: String) -> [Int]? {
    attribute(name, .ints).map { $0.ints.map(Int.init) }
  }

  /// Reads an attribute of a string.
  mutating func text(_ name: String) -> String? {
    attribute(name, .string).map { String(decoding: $0.s, as: UTF8.self) }
  }

  /// Reads an attribute that holds a tensor, such as the value of Constant.
  mutating func tensor(_ name: String) -> Onnx_TensorProto? { attribute(name, .tensor).map(\.t) }

  /// Counts attributes as read that do not matter to inference, such as the seed of a Dropout.
  mutating func ignore(_ names: String...) { unread.subtract(names) }

  /// Refuses the node if an attribute has not been read, or was read as of another type than it is;
  /// ``ONNXOperators/add(_:to:)`` calls this after every node.
  ///
  /// - Throws: ``FormatError`` naming the first such attribute in alphabetical order.
  func expectAllRead() throws {
    try expectTypes()
    guard let name = unread.min() else { return }
    throw bad("attribute \(name) is not supported")
  }

  /// Refuses the node if an attribute was read that is of another type than was asked for.
  ///
  /// - Throws: ``FormatError`` naming the first such attribute in alphabetical order.
  func expectTypes() throws {
    guard let name = mistyped.min() else { return }
    throw bad("attribute \(name) has no value of the type that the operator gives it")
  }

  /// Returns a constant's numbers as Float32.
  ///
  /// - Parameter what: What the constant is in the node, for the error.
  /// - Throws: ``FormatError`` for integers, and for numbers of float64 of which some number is no
  ///   Float32. That number is named: rounded, it would make another network than the file's.
  func floats(_ constant: ONNXConstant, named what: String) throws -> [Float] {
    if let floats = constant.floats { return floats }
    guard let lost = constant.firstLost else {
      throw bad("\(what) must be a constant of floats")
    }
    throw FormatError.badData(
      "\(operation) (opset \(opset)): \(what) is of float64 and holds \(lost), which no float32 "
        + "is", file: file, at: .node(name),
      remedy: "export the model in float32 (model.float()), so that what is certified is what runs")
  }

  /// Returns the shape of the second operand of arithmetic as NumPy's rule has to see it.
  ///
  /// NumPy's rule, which holds from opset 7 on, lets the last axes of both operands meet. Up to
  /// opset 6 the attribute `axis` may say which axis of the first operand the second one's first
  /// axis meets. Axes of extent 1 behind the second operand's own then bring both to the same. The
  /// attribute `broadcast` of these opsets only allows that an operand spreads. A single number
  /// spreads in any case.
  ///
  /// - Parameters:
  ///   - shape: All axes of the second operand.
  ///   - rank: The number of the first operand's axes.
  /// - Throws: ``FormatError`` where the second operand would reach beyond the first one's axes.
  mutating func shape(ofSecond shape: [Int], behind rank: Int) throws -> [Int] {
    guard opset < 7 else { return shape }
    ignore("broadcast")
    guard let axis = integerIfGiven("axis"), shape.contains(where: { $0 != 1 }) else {
      return shape
    }
    guard axis >= 0, shape.count <= rank, axis <= rank - shape.count else {
      throw bad("axis \(axis) for a second operand of \(shape.count) axes and a first of \(rank)")
    }
    return shape + [Int](repeating: 1, count: rank - axis - shape.count)
  }

  /// Whether a Dropout or a BatchNormalization of opset 6 is in training mode.
  ///
  /// Up to that opset the attribute `is_test` says so, and training is its default. Later opsets do
  /// not have it.
  mutating func isTrainingByTest() -> Bool {
    integer("is_test", default: opset < 7 ? 0 : 1) == 0
  }

  /// Refuses a Dropout that drops values, and reads its attributes.
  ///
  /// - Parameters:
  ///   - ratio: The input of opset 12 that says how many are dropped; nil if it is left out.
  ///   - isTraining: The input of opset 12 that says whether they are; nil if it is left out.
  /// - Throws: ``FormatError`` for a node in training mode, unless its ratio is 0.
  mutating func expectNoDropping(ratio: ONNXConstant?, isTraining: [Int]?) throws {
    ignore("seed")
    let attribute = float("ratio", default: 0.5)
    let share = ratio?.doubles?.first ?? Double(attribute)
    let drops = isTrainingByTest() || isTraining?.contains { $0 != 0 } ?? false
    guard !drops || share == 0 else {
      throw bad(
        "is in training mode, which drops values at random; export the model after model.eval()")
    }
  }

  /// Returns the extents of the parts that Split makes of an axis.
  ///
  /// Until opset 12 the sizes are the attribute `split`, from opset 13 on an optional input. Where
  /// neither is given, the parts are equal; opset 18 adds the attribute `num_outputs` and lets the
  /// last of the parts be smaller.
  ///
  /// - Parameters:
  ///   - extent: The extent of the axis that is split.
  ///   - given: The sizes that are given as an input; nil if there are none.
  /// - Returns: An extent for each output of the node; their sum is `extent`.
  /// - Throws: ``FormatError`` where the sizes do not add up to the extent, are not one for each
  ///   output, or a last part would be empty.
  mutating func splitSizes(of extent: Int, given: [Int]?) throws -> [Int] {
    let attribute = integers("split")
    let count = integer("num_outputs", default: proto.output.count)
    if let sizes = given ?? attribute {
      guard sizes.allSatisfy({ 0...extent ~= $0 }), sizes.reduce(0, +) == extent,
        sizes.count == proto.output.count
      else { throw bad("of \(extent) into \(sizes) for \(proto.output.count) outputs") }
      return sizes
    }
    guard count == proto.output.count, 1...max(extent, 1) ~= count else {
      throw bad("of \(extent) into \(count) parts")
    }
    // All parts but the last have the size that is rounded up; the last takes what is left, which
    // may be nothing or less: then there are too many parts.
    let size = (extent + count - 1) / count
    let last = extent - size * (count - 1)
    guard last > 0 else { throw bad("of \(extent) into \(count) parts") }
    return [Int](repeating: size, count: count - 1) + [last]
  }

  /// An error that names the file, the node, the operator and the opset.
  func bad(_ problem: String) -> FormatError {
    .badData("\(operation) (opset \(opset)): \(problem)", file: file, at: .node(name))
  }
}

extension Onnx_AttributeProto {
  /// Whether the attribute has a value of a type, and does not refer to one of a function.
  ///
  /// The first version of ONNX's files has no field for the type; there the value is looked for.
  fileprivate func has(_ wanted: AttributeType) -> Bool {
    guard !hasRefAttrName || refAttrName.isEmpty else { return false }
    guard type == .undefined else { return type == wanted }
    return switch wanted {
    case .int: hasI
    case .float: hasF
    case .string: hasS
    case .tensor: hasT
    case .ints: !ints.isEmpty
    case .floats: !floats.isEmpty
    default: false
    }
  }
}
