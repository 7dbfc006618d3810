import Foundation
import Testing

@testable import Checker

/// Files that are not what the page says end with an error, whatever is wrong with them.
@Suite struct BadInputTests {
  static let pixels: [UInt8] = Array(0..<24)

  static func folder() -> (TestFolder, TestNetwork) {
    var random = Generator(state: 7)
    let network = SoundnessTests.network("Clip", &random)
    let choices = SoundnessTests.choices(network, &random)
    let lines = [0, 3].map { TestFolder.example(index: $0, pixels: pixels, choices) }
    return (TestFolder(network.graph, examples: lines), network)
  }

  /// All ways of spoiling a member of an object.
  static func spoiled(_ members: [String: String]) -> [(String, String)] {
    var results = [("unknown", TestFolder.object(members.merging(["zzz": "1"]) { $1 }))]
    for key in members.keys.sorted() {
      var rest = members
      rest[key] = nil
      results.append(("\(key) is missing", TestFolder.object(rest)))
      let whole = TestFolder.object(members)
      let member = "\"\(key)\":\(members[key]!)"
      results.append(
        ("\(key) twice", whole.replacingOccurrences(of: member, with: "\(member),\(member)")))
      for value in ["true", "[[]]", "{}", "-1", "\"x\"", "[-1]", "1.5", "999999999999999999"] {
        results.append(
          ("\(key) is \(value)", TestFolder.object(members.merging([key: value]) { $1 })))
      }
    }
    return results
  }

  @Test func goodFolderIsRead() throws {
    let (folder, network) = Self.folder()
    let certificates = try folder.read()
    #expect(try certificates.check().checked == 2)
    try certificates.requireModel(OnnxWriter.model(network.graph))
    #expect(throws: CheckError.self) {
      try certificates.requireModel(OnnxWriter.model(network.graph + Protobuf.text(10, "x")))
    }
  }

  @Test func runFileIsRefused() throws {
    let (folder, _) = Self.folder()
    for (what, text) in Self.spoiled(folder.run) + [("space", TestFolder.object(folder.run) + " ")]
    where !["version is \"x\"", "methods is \"x\""].contains(what) {
      #expect(throws: CheckError.self, "\(what)") {
        try folder.read(run: TestFolder.sealed(text) + "\n")
      }
    }
    let object = TestFolder.object(folder.run)
    for text in [TestFolder.sealed(object), object + "\n", TestFolder.sealed(object) + " \n"] {
      #expect(throws: CheckError.self) { try folder.read(run: text) }
    }
    let changed = TestFolder.sealed(object).replacingOccurrences(of: "\"0.01\"", with: "\"0.02\"")
    #expect(throws: CheckError.self) { try folder.read(run: changed + "\n") }
  }

  /// A network, a run and a good line.
  static func line() throws -> (Certificates, ArraySlice<UInt8>) {
    let (folder, _) = folder()
    let line = folder.examples.split(separator: "\n")[0]
    return (try folder.read(), Array(line.utf8)[...])
  }

  static func accepts(_ certificates: Certificates, _ line: [UInt8]) -> Bool {
    (try? Certificate(line[...], certificates.run, certificates.network)) != nil
  }

  @Test func linesAreRefused() throws {
    let (certificates, line) = try Self.line()
    #expect(Self.accepts(certificates, Array(line)))
    for count in 0..<line.count {
      #expect(!Self.accepts(certificates, Array(line.prefix(count))))
    }
    let layer = "\"layer\":\"node_1\""
    let good = [
      "index": "1", "label": "0", "margins": "\"input\"",
      "pixels": "\"\(Data(Self.pixels).base64EncodedString())\"",
    ]
    for (what, text) in Self.spoiled(good) {
      #expect(!Self.accepts(certificates, Array(text.utf8)), "\(what)")
    }
    for (key, value) in [
      ("slopes", "[]"), ("slopes", "[{\(layer),\"lower\":[1],\"neurons\":[0]}]"),
      ("slopes", "[{\(layer),\"lower\":[1],\"neurons\":[0],\"upper\":[]}]"),
      ("slopes", "[{\(layer),\"lower\":[67108864],\"neurons\":[0],\"upper\":[0]}]"),
      ("slopes", "[{\(layer),\"lower\":[1],\"neurons\":[24],\"upper\":[0]}]"),
      ("slopes", "[{\(layer),\"lower\":[1,1],\"neurons\":[1,1],\"upper\":[0,0]}]"),
      ("slopes", "[{\"layer\":\"node_0\",\"lower\":[1],\"neurons\":[0]}]"),
      ("slopes", "[{\"layer\":\"x\",\"lower\":[1],\"neurons\":[0]}]"),
      ("slopes", "[{\"layer\":\"node_3\",\"lower\":[1],\"neurons\":[0],\"upper\":[1]}]"),
      ("refined", "[{\(layer),\"neurons\":[0]},{\(layer),\"neurons\":[1]}]"),
      ("refined", "[{\"layer\":\"node_3\",\"neurons\":[]},{\(layer),\"neurons\":[1]}]"),
      ("refined", "[{\"layer\":\"node_0\",\"neurons\":[0]}]"),
      ("own", "[{\"class\":0,\"slopes\":[]}]"), ("own", "[{\"class\":3,\"slopes\":[]}]"),
      ("own", "[{\"class\":1,\"slopes\":[]},{\"class\":1,\"slopes\":[]}]"),
      ("own", "[{\"class\":1,\"slopes\":[{\(layer),\"lower\":[]}]}]"),
      ("own", "[{\"layer\":\"node_1\",\"neuron\":0,\"sign\":1,\"slopes\":[]}]"),
      ("own", "[{\"class\":1,\"neuron\":0,\"slopes\":[]}]"),
    ] {
      let text = TestFolder.object(good.merging([key: value]) { $1 })
      #expect(!Self.accepts(certificates, Array(text.utf8)), "\(key) \(value)")
    }
  }

  /// Lines and models with changed bytes are refused or checked, and never crash.
  @Test func changedBytesDoNotCrash() throws {
    var random = Generator(state: 11)
    let (certificates, line) = try Self.line()
    let (folder, _) = Self.folder()
    for _ in 0..<600 {
      var bytes = Array(line)
      bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(
        in: 32...125, using: &random)
      if let certificate = try? Certificate(bytes[...], certificates.run, certificates.network) {
        _ = try ExampleCheck(certificate, certificates.run, certificates.network).outcome()
      }
      var model = folder.model
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        model[Int.random(in: model.indices, using: &random)] = UInt8.random(
          in: 0...255, using: &random)
      }
      guard let graph = try? OnnxGraph(model: model),
        let network = try? Network(graph, isDeployed: true, products: .float32),
        let certificate = try? Certificate(line, certificates.run, network)
      else { continue }
      _ = try? ExampleCheck(certificate, certificates.run, network).outcome()
    }
  }

  @Test func cutModelsAreRefused() throws {
    let (folder, _) = Self.folder()
    for count in 0..<folder.model.count {
      #expect(throws: CheckError.self) {
        let graph = try OnnxGraph(model: Array(folder.model.prefix(count)))
        _ = try Network(graph, isDeployed: true, products: .float32)
      }
    }
  }

  @Test func digestsAndOrderAreCompared() throws {
    let (good, _) = Self.folder()
    for key in ["certificates", "network"] {
      var folder = good
      folder.run[key] = "\"\(String(repeating: "0", count: 64))\""
      #expect(throws: CheckError.self) { try folder.read() }
    }
    var folder = good
    folder.run["certified"] = "1"
    #expect(throws: CheckError.self) { try folder.read() }
    let (_, network) = Self.folder()
    for indices in [[1, 1], [2, 1], [0, 4]] {
      let lines = indices.map { TestFolder.example(index: $0, pixels: Self.pixels) }
      let certificates = try TestFolder(network.graph, examples: lines).read()
      #expect(throws: CheckError.self, "\(indices)") { try certificates.check() }
    }
  }

  @Test func dataAreCompared() throws {
    let (_, network) = Self.folder()
    let images = (0..<4).map { number in Self.pixels.map { $0 + UInt8(number) } }
    let labels: [UInt8] = [0, 1, 2, 0]
    var digested: [UInt8] = []
    for number in [4, 4, 3, 2, 3] { digested += [UInt8(number)] + [UInt8](repeating: 0, count: 7) }
    let digest = SHA256.hexadecimal(of: (digested + images.flatMap { $0 } + labels)[...])
    func certificates(_ index: Int, _ label: Int, _ image: [UInt8]) throws -> Certificates {
      var folder = TestFolder(
        network.graph, examples: [TestFolder.example(index: index, label: label, pixels: image)])
      folder.run["data"] =
        "{\"count\":4,\"first\":10,\"name\":\"test\",\"sha256\":\"\(digest)\"}"
      return try folder.read()
    }
    func compare(_ certificates: Certificates, _ labels: [UInt8] = labels) throws {
      try certificates.requireData(
        height: 4, width: 3, channels: 2, classes: 3, pixels: images.flatMap { $0 },
        labels: labels)
    }
    try compare(try certificates(12, 2, images[2]))
    #expect(throws: CheckError.self) { try compare(try certificates(12, 1, images[2])) }
    #expect(throws: CheckError.self) { try compare(try certificates(12, 2, images[1])) }
    #expect(throws: CheckError.self) {
      try compare(try certificates(12, 2, images[2]), [0, 1, 2, 1])
    }
    #expect(throws: CheckError.self) { try compare(try certificates(12, 2, images[2]), []) }
    #expect(throws: CheckError.self) { try compare(try certificates(14, 2, images[2])) }
  }

  /// A graph of one node under test and a flatten and a matrix behind it.
  static func network(
    _ operation: String, _ constants: [OnnxWriter.Constant],
    _ attributes: [(String, OnnxWriter.Attribute)], input: [Int] = [2, 4, 4], count: Int = 32
  ) throws -> Network {
    let names = constants.indices.map { "constant_\($0)" }
    let graph = OnnxWriter.graph(
      nodes: [
        OnnxWriter.node(operation, "a", inputs: ["input"] + names, output: "b", attributes),
        OnnxWriter.node("Flatten", "c", inputs: ["b"], output: "d"),
        OnnxWriter.node(
          "Gemm", "e", inputs: ["d", "w"], output: "output", [("transB", .integer(1))]),
      ],
      constants: zip(names, constants).map { OnnxWriter.constant($0, $1) } + [
        OnnxWriter.constant("w", .floats([Float](repeating: 1, count: 2 * count), [2, count]))
      ], input: input, output: [2])
    return try Network(
      try OnnxGraph(model: OnnxWriter.model(graph)), isDeployed: true, products: .float32)
  }

  @Test func badOperatorsAreRefused() throws {
    let weight = OnnxWriter.Constant.floats([Float](repeating: 1, count: 4), [2, 2, 1, 1])
    let vector = OnnxWriter.Constant.floats([1, 2], [2])
    let number = OnnxWriter.Constant.floats([1], [])
    let channels = OnnxWriter.Constant.floats([1, 0], [2, 1, 1])
    #expect(try Self.network("Conv", [weight], []).classes == 2)
    #expect(try Self.network("Relu", [], []).classes == 2)
    #expect(try Self.network("Clip", [number, number], []).classes == 2)
    let large = 1 << 40
    let window: [(String, OnnxWriter.Attribute)] = [("kernel_shape", .integers([2, 2]))]
    let cases: [(String, [OnnxWriter.Constant], [(String, OnnxWriter.Attribute)])] = [
      ("Tanh", [], []), ("Conv", [], []), ("Conv", [vector], []), ("Conv", [weight, number], []),
      ("Conv", [weight], [("group", .integer(0))]), ("Conv", [weight], [("group", .integer(-2))]),
      ("Conv", [weight], [("group", .integer(.min))]),
      ("Conv", [weight], [("group", .integer(2))]), ("Conv", [weight], [("x", .integer(2))]),
      ("Conv", [weight], [("group", .float(1))]),
      ("Conv", [weight], [("strides", .integers([0, 1]))]),
      ("Conv", [weight], [("strides", .integers([1]))]),
      ("Conv", [weight], [("strides", .integers([-1, 1]))]),
      ("Conv", [weight], [("pads", .integers([large, 0, 0, 0]))]),
      ("Conv", [weight], [("pads", .integers([1 << 22, 0, 0, 1 << 22]))]),
      ("Conv", [weight], [("pads", .integers([0, 0]))]),
      ("Conv", [weight], [("dilations", .integers([0, 0]))]),
      ("Conv", [weight], [("kernel_shape", .integers([2, 2]))]),
      ("Conv", [.floats([.nan, 1, 1, 1], [2, 2, 1, 1])], []),
      ("Conv", [.floats([1, 1, 1, .infinity], [2, 2, 1, 1])], []),
      ("Conv", [.floats([1, 1, 1], [2, 2, 1, 1])], []),
      ("Conv", [.floats([], [0, 2, 1, 1])], []), ("Conv", [.floats([1], [large, large])], []),
      ("Conv", [.floats([1], [-1])], []), ("Conv", [.floats([1], [.max, .max, .max])], []),
      ("Gemm", [weight], []), ("Add", [vector], []), ("Add", [number], []), ("Div", [channels], []),
      ("Sub", [], []), ("Relu", [number], []), ("Relu", [], [("x", .float(1))]),
      ("LeakyRelu", [], [("alpha", .float(.nan))]), ("LeakyRelu", [], [("alpha", .integer(1))]),
      ("LeakyRelu", [], [("alpha", .float(0x1p30))]), ("Clip", [], []), ("Clip", [number], []),
      ("Clip", [number, .floats([0.5], [])], []), ("Clip", [number, .floats([.infinity], [])], []),
      ("BatchNormalization", [vector, vector, vector], []),
      ("BatchNormalization", [vector, vector, vector, .floats([1, -1], [2])], []),
      ("BatchNormalization", [vector, vector, vector, vector], [("training_mode", .integer(1))]),
      ("MaxPool", [], []), ("MaxPool", [], window + [("pads", .integers([2, 0, 0, 0]))]),
      ("MaxPool", [], [("kernel_shape", .integers([5, 1]))]),
      ("MaxPool", [], [("kernel_shape", .integers([0, 1]))]),
      ("MaxPool", [], window + [("ceil_mode", .integer(1))]),
      ("AveragePool", [], window + [("dilations", .integers([1, 1]))]),
      ("Reshape", [.integers([0, 31])], []), ("Reshape", [.integers([0, -1])], []),
      ("Reshape", [.integers([1, 32])], []), ("Reshape", [.integers([0, large, large])], []),
      ("Reshape", [.integers([0, large, large, large])], []), ("Reshape", [.integers([])], []),
      ("Gather", [.integers([0])], [("axis", .integer(1))]),
      ("Flatten", [], [("axis", .integer(2))]),
      ("Softmax", [], [("axis", .integer(1))]), ("Concat", [], []), ("Identity", [number], []),
    ]
    for (operation, constants, attributes) in cases {
      #expect(throws: CheckError.self, "\(operation) \(attributes) \(constants)") {
        try Self.network(operation, constants, attributes)
      }
    }
    let axis: [(String, OnnxWriter.Attribute)] = [("axis", .integer(1))]
    let onVectors: [(String, [OnnxWriter.Constant], [(String, OnnxWriter.Attribute)])] = [
      ("Gather", [.integers([0, 4])], axis), ("Gather", [.integers([0, -1])], axis),
      ("Gather", [.integers([0, 1])], []), ("Gather", [vector], axis),
      ("Pad", [.integers([0, 1, 0, 0]), number], []),
      ("Pad", [.integers([0, 0, 0, -1]), number], []),
      ("Pad", [.integers([0, 0, 0, large]), number], []), ("Softmax", [], axis),
      ("Gemm", [.floats([1, 1, 1, 1], [1, 4])], []),
      ("Gemm", [.floats([1, 1], [1, 2])], [("transB", .integer(1))]),
    ]
    for (operation, constants, attributes) in onVectors {
      #expect(throws: CheckError.self, "\(operation) \(attributes) \(constants)") {
        try Self.network(operation, constants, attributes, input: [4], count: 2)
      }
    }
  }

  /// Numbers of any size are refused or bounded, and never overflow.
  @Test(arguments: [Float](arrayLiteral: 0x1p127, 0x1p100, 0x1p60, 0x1p-149, 0x1p-126, 0))
  func extremeWeights(_ size: Float) throws {
    for (bias, divisor) in [(Float(0), Float(1)), (0x1p127, 0x1p-149), (0x1p-149, 0x1p127)] {
      var network = TestNetwork(input: [2])
      network.append(.channelMap("Div", [divisor, -1]))
      network.append(.channelMap("Mul", [divisor, 1]))
      network.append(.gemm(weight: [size, -size, 1, 0.5], bias: [bias, -bias]))
      network.append(.leakyRelu(0x1p-149))
      network.append(.gemm(weight: [size, 1, -size, 0x1p-149], bias: [bias, 1]))
      network.append(.clip(-0x1p127, 0x1p127))
      network.append(.gemm(weight: [1, 0, 0, 1], bias: [0, 0]))
      for (norm, guarantee) in [("linf", "exact"), ("l2", "deployed"), ("l1", "deployed")] {
        let folder = TestFolder(
          network.graph, examples: [TestFolder.example(pixels: [3, 200])], epsilon: "1e-30",
          norm: norm, guarantee: guarantee)
        _ = try? folder.read().check()
      }
    }
  }

  @Test func missingFilesAreNamed() {
    let error = #expect(throws: CheckError.self) {
      try Certificates(contentsOf: URL(fileURLWithPath: "/nowhere"))
    }
    #expect(error?.kind == .cannotRead && error?.file == "run.json")
  }
}
