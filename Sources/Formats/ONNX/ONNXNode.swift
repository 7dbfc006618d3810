import Foundation

/// A node of an ONNX graph whose attributes are asked for by name; what nobody asked for is
/// refused, since ignoring it would certify another network.
struct ONNXNode {
  let proto: Onnx_NodeProto
  let opset: Int
  let file: String
  private var unread: Set<String>

  init(_ proto: Onnx_NodeProto, opset: Int, file: String) {
    self.proto = proto
    self.opset = opset
    self.file = file
    unread = Set(proto.attribute.map(\.name))
  }

  /// The most scalars of an array that a graph may make for one example.
  static let scalarLimit = 1 << 24

  var name: String { proto.name.isEmpty ? proto.output.first ?? "" : proto.name }
  var operation: String { proto.opType }
  /// Inputs that are given: optional ones may be left out at the end or by an empty name.
  var inputs: [String] { proto.input }

  private mutating func attribute(_ name: String) -> Onnx_AttributeProto? {
    unread.remove(name)
    return proto.attribute.first { $0.name == name }
  }

  mutating func integer(_ name: String, default value: Int) -> Int {
    attribute(name).map { Int($0.i) } ?? value
  }

  mutating func integerIfGiven(_ name: String) -> Int? { attribute(name).map { Int($0.i) } }

  mutating func float(_ name: String, default value: Float) -> Float {
    attribute(name).map(\.f) ?? value
  }

  mutating func floatIfGiven(_ name: String) -> Float? { attribute(name).map(\.f) }

  mutating func floats(_ name: String) -> [Float]? { attribute(name).map(\.floats) }

  mutating func integers(_ name: String) -> [Int]? { attribute(name).map { $0.ints.map(Int.init) } }

  mutating func text(_ name: String) -> String? {
    attribute(name).map { String(decoding: $0.s, as: UTF8.self) }
  }

  mutating func tensor(_ name: String) -> Onnx_TensorProto? { attribute(name).map(\.t) }

  /// Reads and forgets attributes that do not matter to inference.
  mutating func ignore(_ names: String...) { unread.subtract(names) }

  func expectAllRead() throws {
    guard let name = unread.min() else { return }
    throw bad("attribute \(name) is not supported")
  }

  /// A constant's numbers as Float32.
  ///
  /// - Throws: ``FormatError`` for integers, and naming the first number of float64 that no Float32
  ///   holds: rounded, it would make another network.
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

  /// The extents of the parts that Split makes of an axis: given ones, or equal ones (of which the
  /// last may be smaller).
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
    let size = (extent + count - 1) / count
    let last = extent - size * (count - 1)
    guard last > 0 else { throw bad("of \(extent) into \(count) parts") }
    return [Int](repeating: size, count: count - 1) + [last]
  }

  func bad(_ problem: String) -> FormatError {
    .badData("\(operation) (opset \(opset)): \(problem)", file: file, at: .node(name))
  }
}
