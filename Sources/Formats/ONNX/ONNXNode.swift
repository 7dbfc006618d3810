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

  mutating func float(_ name: String, default value: Float) -> Float {
    attribute(name).map(\.f) ?? value
  }

  mutating func floatIfGiven(_ name: String) -> Float? { attribute(name).map(\.f) }

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

  func bad(_ problem: String) -> FormatError {
    .badData("\(operation) (opset \(opset)): \(problem)", file: file, at: .node(name))
  }
}
