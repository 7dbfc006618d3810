/// Writes protobuf messages, as far as ONNX files of tests need them.
enum Protobuf {
  static func varint(_ value: Int) -> [UInt8] {
    var (rest, bytes) = (UInt64(bitPattern: Int64(value)), [UInt8]())
    while rest > 127 {
      bytes.append(UInt8(rest & 127) | 128)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  static func integer(_ field: Int, _ value: Int) -> [UInt8] { varint(field << 3) + varint(value) }

  static func bytes(_ field: Int, _ bytes: [UInt8]) -> [UInt8] {
    varint(field << 3 | 2) + varint(bytes.count) + bytes
  }

  static func text(_ field: Int, _ text: String) -> [UInt8] { bytes(field, Array(text.utf8)) }

  static func float(_ field: Int, _ value: Float) -> [UInt8] {
    varint(field << 3 | 5) + littleEndian(value)
  }

  static func littleEndian(_ value: Float) -> [UInt8] {
    (0..<4).map { UInt8(value.bitPattern >> UInt32(8 * $0) & 255) }
  }
}

/// The parts of ONNX files.
enum OnnxWriter {
  enum Attribute {
    case float(Float)
    case integer(Int)
    case integers([Int])
  }

  enum Constant {
    case floats([Float], [Int])
    case integers([Int])
  }

  static func node(
    _ operation: String, _ name: String, inputs: [String], output: String,
    _ attributes: [(String, Attribute)] = []
  ) -> [UInt8] {
    inputs.flatMap { Protobuf.text(1, $0) } + Protobuf.text(2, output) + Protobuf.text(3, name)
      + Protobuf.text(4, operation)
      + attributes.flatMap { Protobuf.bytes(5, attribute($0, $1)) }
  }

  private static func attribute(_ name: String, _ attribute: Attribute) -> [UInt8] {
    switch attribute {
    case .float(let value):
      Protobuf.text(1, name) + Protobuf.float(2, value) + Protobuf.integer(20, 1)
    case .integer(let value):
      Protobuf.text(1, name) + Protobuf.integer(3, value) + Protobuf.integer(20, 2)
    case .integers(let values):
      Protobuf.text(1, name) + values.flatMap { Protobuf.integer(8, $0) }
        + Protobuf.integer(20, 7)
    }
  }

  static func constant(_ name: String, _ constant: Constant) -> [UInt8] {
    switch constant {
    case .floats(let numbers, let extents):
      extents.flatMap { Protobuf.integer(1, $0) } + Protobuf.integer(2, 1) + Protobuf.text(8, name)
        + Protobuf.bytes(9, numbers.flatMap(Protobuf.littleEndian))
    case .integers(let numbers):
      Protobuf.integer(1, numbers.count) + Protobuf.integer(2, 7)
        + Protobuf.bytes(7, numbers.flatMap(Protobuf.varint)) + Protobuf.text(8, name)
    }
  }

  static func value(_ name: String, _ extents: [Int]) -> [UInt8] {
    let batch = Protobuf.bytes(1, Protobuf.text(2, "batch"))
    let shape = batch + extents.flatMap { Protobuf.bytes(1, Protobuf.integer(1, $0)) }
    let tensor = Protobuf.integer(1, 1) + Protobuf.bytes(2, shape)
    return Protobuf.text(1, name) + Protobuf.bytes(2, Protobuf.bytes(1, tensor))
  }

  static func graph(
    nodes: [[UInt8]], constants: [[UInt8]], input: [Int], output: [Int]
  ) -> [UInt8] {
    nodes.flatMap { Protobuf.bytes(1, $0) } + Protobuf.text(2, "network")
      + constants.flatMap { Protobuf.bytes(5, $0) } + Protobuf.bytes(11, value("input", input))
      + Protobuf.bytes(12, value("output", output))
  }

  static func model(_ graph: [UInt8], opset: Int = 17) -> [UInt8] {
    Protobuf.integer(1, 8) + Protobuf.bytes(7, graph)
      + Protobuf.bytes(8, Protobuf.integer(2, opset))
  }
}
