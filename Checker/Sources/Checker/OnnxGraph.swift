/// The graph of an ONNX file, as it is written there (section "The network").
struct OnnxGraph {
  /// A node.
  struct Node {
    var name = ""
    var operation = ""
    var inputs: [String] = []
    var output = ""
    var attributes: [String: Attribute] = [:]
  }

  /// An attribute of a node.
  enum Attribute {
    /// The bits of a Float32.
    case float(UInt32)
    case integer(Int)
    case integers([Int])
  }

  /// A constant.
  struct Tensor {
    let extents: [Int]
    let content: Content

    /// Float32 numbers, four bytes each, or integers.
    enum Content {
      case floats(ArraySlice<UInt8>)
      case integers([Int])
    }

    var count: Int { extents.reduce(1, *) }

    /// Decodes a number of a tensor of finite Float32 numbers.
    func number(_ place: Int) -> Dyadic {
      guard case .floats(let bytes) = content else { return .zero }
      return Dyadic(float: Self.bits(bytes, place)) ?? .zero
    }

    fileprivate static func bits(_ bytes: ArraySlice<UInt8>, _ place: Int) -> UInt32 {
      let start = bytes.startIndex + 4 * place
      return (0..<4).reduce(0) { $0 | UInt32(bytes[start + $1]) << UInt32(8 * $1) }
    }
  }

  /// The bytes of the graph in the file, whose digest names the network.
  let bytes: ArraySlice<UInt8>
  private(set) var nodes: [Node] = []
  private(set) var constants: [String: Tensor] = [:]
  /// The extents of the input and of the output behind the batch.
  private(set) var inputExtents: [Int] = [], outputExtents: [Int] = []

  /// Reads a model.
  init(model: [UInt8]) throws(CheckError) {
    bytes = try Self.graph(of: model)
    var reader = ProtobufReader(bytes, "the graph")
    var (inputs, outputs): ([ArraySlice<UInt8>], [ArraySlice<UInt8>]) = ([], [])
    while let field = try reader.next(repeated: [1, 5, 11, 12, 13]) {
      switch field.number {
      case 1: nodes.append(try Self.node(try field.bytes))
      case 5:
        let (name, tensor) = try Self.tensor(try field.bytes)
        guard constants.updateValue(tensor, forKey: name) == nil else {
          throw CheckError("the constant \(name) comes twice")
        }
      case 11: inputs.append(try field.bytes)
      case 12: outputs.append(try field.bytes)
      case 2, 10, 13: continue
      default: throw field.isUnknown
      }
    }
    guard inputs.count == 1, outputs.count == 1 else {
      throw CheckError("the graph has not one input and one output")
    }
    inputExtents = try Self.extents(ofValue: inputs[0], named: "input")
    outputExtents = try Self.extents(ofValue: outputs[0], named: "output")
  }

  /// Returns the bytes of the graph of a model, whose operators have to be those of opset 17.
  static func graph(of model: [UInt8]) throws(CheckError) -> ArraySlice<UInt8> {
    var reader = ProtobufReader(model[...], "the model")
    var graph: ArraySlice<UInt8>?
    var versions: [Int] = []
    while let field = try reader.next(repeated: [8, 14]) {
      switch field.number {
      case 7: graph = try field.bytes
      case 8: versions.append(try version(try field.bytes))
      // Names, versions, texts and metadata.
      case 1...6, 14: continue
      default: throw field.isUnknown
      }
    }
    guard versions == [17] else { throw CheckError("the model's opset is not 17") }
    guard let graph else { throw CheckError("the model has no graph") }
    return graph
  }

  /// Returns the version of ONNX's own operators that a model imports.
  private static func version(_ bytes: ArraySlice<UInt8>) throws(CheckError) -> Int {
    var reader = ProtobufReader(bytes, "an opset")
    var version = 0
    while let field = try reader.next() {
      switch field.number {
      case 1:
        guard try field.text.isEmpty else { throw CheckError("the model imports other operators") }
      case 2: version = try field.integer
      default: throw field.isUnknown
      }
    }
    return version
  }

  /// Returns the extents behind the batch of a value of Float32 numbers.
  private static func extents(
    ofValue bytes: ArraySlice<UInt8>, named name: String
  ) throws(CheckError) -> [Int] {
    /// Returns the field of a message that has to have it; fields that only describe are skipped.
    func field(
      _ number: Int, of bytes: ArraySlice<UInt8>
    ) throws(CheckError) -> ProtobufReader.Field {
      var reader = ProtobufReader(bytes, "the value \"\(name)\"")
      var found: ProtobufReader.Field?
      while let field = try reader.next(repeated: [4]) {
        if field.number == number { found = field }
      }
      guard let found else { throw CheckError("the value \"\(name)\" is not described") }
      return found
    }
    let tensor = try field(1, of: try field(2, of: bytes).bytes).bytes
    guard try field(1, of: bytes).text == name, try field(1, of: tensor).integer == 1 else {
      throw CheckError("the graph has no \(name) of Float32 numbers named \"\(name)\"")
    }
    var reader = ProtobufReader(try field(2, of: tensor).bytes, "the value \"\(name)\"")
    var extents: [Int] = []
    while let axis = try reader.next(repeated: [1]) {
      // The batch has a name, or any number.
      let extent = extents.isEmpty ? 1 : try field(1, of: try axis.bytes).integer
      guard 1...Limits.scalars ~= extent else {
        throw CheckError("the value \"\(name)\" has an extent of \(extent)")
      }
      extents.append(extent)
    }
    return Array(extents.dropFirst())
  }

  private static func node(_ bytes: ArraySlice<UInt8>) throws(CheckError) -> Node {
    var node = Node()
    var outputs: [String] = []
    var reader = ProtobufReader(bytes, "a node")
    while let field = try reader.next(repeated: [1, 2, 5]) {
      switch field.number {
      case 1: node.inputs.append(try field.text)
      case 2: outputs.append(try field.text)
      case 3: node.name = try field.text
      case 4: node.operation = try field.text
      case 5:
        let (name, attribute) = try Self.attribute(try field.bytes)
        guard node.attributes.updateValue(attribute, forKey: name) == nil else {
          throw CheckError("a node has the attribute \(name) twice")
        }
      case 6: continue
      case 7:
        guard try field.text.isEmpty else { throw CheckError("a node is of another domain") }
      default: throw field.isUnknown
      }
    }
    guard outputs.count == 1 else { throw CheckError("node \(node.name) has not one output") }
    node.output = outputs[0]
    return node
  }

  private static func attribute(
    _ bytes: ArraySlice<UInt8>
  ) throws(CheckError) -> (name: String, Attribute) {
    var (name, type) = ("", 0)
    var (float, integer, integers): (UInt32?, Int?, [Int]?) = (nil, nil, nil)
    var reader = ProtobufReader(bytes, "an attribute")
    while let field = try reader.next(repeated: [8]) {
      switch field.number {
      case 1: name = try field.text
      case 2: float = try field.float
      case 3: integer = try field.integer
      case 8: integers = (integers ?? []) + (try field.integers)
      case 13: continue
      case 20: type = try field.integer
      default: throw field.isUnknown
      }
    }
    // A number that is left out is 0.
    switch (type, float, integer, integers) {
    case (1, _, nil, nil): return (name, .float(float ?? 0))
    case (2, nil, _, nil): return (name, .integer(integer ?? 0))
    case (7, nil, nil, _): return (name, .integers(integers ?? []))
    default: throw CheckError("the attribute \(name) is neither a number nor a list of integers")
    }
  }

  private static func tensor(
    _ bytes: ArraySlice<UInt8>
  ) throws(CheckError) -> (name: String, Tensor) {
    var (name, type) = ("", 0)
    var extents: [Int] = []
    var (floats, raw): (ArraySlice<UInt8>?, ArraySlice<UInt8>?) = (nil, nil)
    var integers: [Int]?
    var reader = ProtobufReader(bytes, "a constant")
    while let field = try reader.next(repeated: [1, 7]) {
      switch field.number {
      case 1: extents += try field.integers
      case 2: type = try field.integer
      case 4: floats = try field.bytes
      case 7: integers = (integers ?? []) + (try field.integers)
      case 8: name = try field.text
      case 9: raw = try field.bytes
      case 12: continue
      default: throw field.isUnknown
      }
    }
    let content: Tensor.Content
    switch (type, floats, integers, raw) {
    case (1, let bytes?, nil, nil), (1, nil, nil, let bytes?): content = .floats(bytes)
    case (7, nil, let integers?, nil): content = .integers(integers)
    case (7, nil, nil, let bytes?) where bytes.count % 8 == 0:
      content = .integers(
        stride(from: bytes.startIndex, to: bytes.endIndex, by: 8).map { start in
          (0..<8).reduce(0) { $0 | Int(bytes[start + $1]) << (8 * $1) }
        })
    default: throw CheckError("the constant \(name) is neither of Float32 nor of Int64 numbers")
    }
    let count = try Limits.product(extents, atMost: Limits.fileSize, of: "the constant \(name)")
    try check(content, count: count, name)
    return (name, Tensor(extents: extents, content: content))
  }

  /// Refuses a constant whose extents do not fit its numbers, and one that is not finite.
  private static func check(
    _ content: Tensor.Content, count: Int, _ name: String
  ) throws(CheckError) {
    switch content {
    case .integers(let integers):
      guard integers.count == count else {
        throw CheckError("the constant \(name) has not as many numbers as its extents say")
      }
    case .floats(let bytes):
      guard bytes.count == 4 * count else {
        throw CheckError("the constant \(name) has not as many numbers as its extents say")
      }
      for place in 0..<count where Dyadic(float: Tensor.bits(bytes, place)) == nil {
        throw CheckError("the constant \(name) has a number that is NaN or infinite")
      }
    }
  }
}
