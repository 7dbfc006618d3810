import Foundation
import Networks
import Tensors
import Testing

@testable import Formats

/// Models as people bring them: small graphs of each kind, with their values by hand.
@Suite struct ONNXReadingTests {
  // MARK: Constants

  @Test func everyFormOfConstantIsRead() throws {
    var graph = GraphBuilder([0, 2])
    graph.add(
      "Constant", [], ["value_floats": .floats([3, 4])], only: [], outputs: ["shift"])
    graph.add("Constant", [], ["value_int": .integer(1)], only: [], outputs: ["axis"])
    graph.add("Add", ["shift"], from: "input")
    let sum = graph.value
    graph.add("Constant", [], ["value_float": .float(2)], only: [], outputs: ["two"])
    graph.add("Mul", ["two"], from: sum)
    let product = graph.value
    graph.add("Gather", ["axis"], ["axis": .integer(1)], from: product)
    let scalar = graph.value
    graph.add("Unsqueeze", ["last"], from: scalar)
    graph.change { model in
      var node = Onnx_NodeProto()
      (node.opType, node.output) = ("Constant", ["last"])
      node.attribute = [GraphBuilder.Attribute.integers([1]).proto(named: "value_ints")]
      model.graph.node.insert(node, at: 0)
    }
    try expect([12], graph, of: [1, 2])
  }

  /// [2, 2] + [2], matrices joined, one spread, one chosen: all before anything is computed.
  @Test func constantsAreComputed() throws {
    var graph = GraphBuilder([0, 2])
    let matrix = graph.constant([2, 2], [1, 2, 3, 4])
    let row = graph.constant([2], [10, 20])
    let sum = graph.add("Add", [row], from: matrix)
    let more = graph.add("Expand", [graph.integers([2, 1])], from: graph.constant([1], [7]))
    let joined = graph.add("Concat", [more], ["axis": .integer(1)], from: sum)
    let isLarge = graph.add("Greater", [graph.constant([], [13])], from: joined)
    let chosen = graph.add("Where", [joined, graph.constant([], [0])], from: isLarge)
    graph.add("MatMul", [chosen], from: "input")
    // [[11, 22, 7], [13, 24, 7]] keeps what is above 13: [[0, 22, 0], [0, 24, 0]].
    try expect([0, 46, 0], graph, of: [1, 1])
  }

  @Test func numbersThatNoFloat32IsAreRefused() throws {
    var graph = GraphBuilder([0, 2], element: .double)
    graph.add("MatMul", [graph.doubles([2, 1], [16_777_217, -16_777_216])])
    expectRefused("is of float64 and holds 16777217.0, which no float32 is", graph)
    var exact = GraphBuilder([0, 2], element: .double)
    exact.add("MatMul", [exact.doubles([2, 1], [0.5, -0.25])])
    try expect([0.25], exact, of: [1, 1])
    var rounded = GraphBuilder([0, 1])
    let cast = rounded.add("Cast", [], ["to": .integer(1)], from: rounded.doubles([1], [0.1]))
    rounded.add("Add", [cast], from: "input")
    try expect([0.1], rounded, of: [0])
  }

  /// Integers lose the bits that a narrower type does not hold.
  @Test func castsOfConstantsWrap() throws {
    func cast(_ value: Int, _ type: Onnx_TensorProto.DataType) -> GraphBuilder {
      var graph = GraphBuilder([0, 1])
      graph.add("Cast", [], ["to": .integer(type.rawValue)], from: graph.integers([value]))
      let real = graph.add("Cast", [], ["to": .integer(1)])
      graph.add("Add", [real], from: "input")
      return graph
    }
    try expect([44], cast(300, .uint8), of: [0])
    try expect([-56], cast(200, .int8), of: [0])
    try expect([65535], cast(-1, .uint16), of: [0])
    try expect([-32768], cast(32768, .int16), of: [0])
    try expect([1], cast(1 << 32 + 1, .int32), of: [0])
    try expect([1], cast(256, .bool), of: [0])
    var large = GraphBuilder([0, 1])
    large.add("Cast", [], ["to": .integer(6)], from: large.constant([1], [4e9]))
    large.add("Cast", [], ["to": .integer(1)])
    large.add("Add", [large.value], from: "input")
    expectRefused("of 4000000000.0 to an integer of type int32", large)
  }

  @Test func remaindersHaveTheirSign() throws {
    func rest(_ attributes: [String: GraphBuilder.Attribute]) -> GraphBuilder {
      var graph = GraphBuilder([0, 2])
      graph.add("Mod", [graph.integers([3, -3])], attributes, from: graph.integers([-7, 7]))
      let real = graph.add("Cast", [], ["to": .integer(1)])
      graph.add("Add", [real], from: "input")
      return graph
    }
    try expect([2, -2], rest([:]), of: [0, 0])
    try expect([-1, 1], rest(["fmod": .integer(1)]), of: [0, 0])
  }

  /// CastLike goes by the element type of its second input.
  @Test func castsLikeOthers() throws {
    func like(
      _ type: Onnx_TensorProto.DataType, _ first: (inout GraphBuilder) -> String
    ) -> GraphBuilder {
      var graph = GraphBuilder([0, 1])
      let other = graph.constant([1], [])
      graph.change { model in
        model.graph.initializer[0].dataType = Int32(type.rawValue)
        let size = type == .float ? 4 : type == .float16 ? 2 : 1
        model.graph.initializer[0].rawData = Data(count: size)
      }
      graph.add("CastLike", [other], from: first(&graph))
      let real = graph.add("Cast", [], ["to": .integer(1)])
      graph.add("Add", [real], from: "input")
      return graph
    }
    try expect([4], like(.float) { _ in "input" }, of: [2])
    try expect([300], like(.float) { $0.integers([300]) }, of: [0])
    try expect([44], like(.uint8) { $0.integers([300]) }, of: [0])
    try expect([1], like(.bool) { $0.constant([1], [0.5]) }, of: [0])
    expectRefused("float16 is not supported", like(.float16) { $0.constant([1], [0.1]) })
    expectRefused("float and double only: others round", like(.float16) { _ in "input" })
    expectRefused(
      "float and double only: others round",
      like(.float) { graph in
        let comparison = graph.add("Greater", [graph.constant([], [0])], from: "input")
        return graph.add("CastLike", [comparison], from: "input")
      })
  }

  @Test func externalDataAreReadByOffsetAndLength() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data([9, 9, 9, 9] + [0, 0, 128, 63] + [0, 0, 0, 64] + [7])
      .write(to: folder.appending(path: "weights"))
    var graph = GraphBuilder([0, 2])
    graph.add("Mul", [graph.constant([2], [0, 0])])
    graph.change { model in
      model.graph.initializer[0].floatData = []
      model.graph.initializer[0].dataLocation = .external
      model.graph.initializer[0].externalData = [
        ("location", "weights"), ("offset", "4"), ("length", "8"),
      ].map { key, value in
        var entry = Onnx_StringStringEntryProto()
        (entry.key, entry.value) = (key, value)
        return entry
      }
    }
    #expect(try graph.network(in: folder).outputs([5, 6]) == [5, 12])
  }

  // MARK: Training and integers

  @Test func trainingModeIsRefused() throws {
    func norm(_ outputs: [String], _ attributes: [String: GraphBuilder.Attribute] = [:])
      -> GraphBuilder
    {
      var graph = GraphBuilder([0, 1], opset: attributes.isEmpty ? 9 : 15)
      let inputs = [Float(1), 0, 5, 1].map { graph.constant([1], [$0]) }
      graph.add("BatchNormalization", inputs, attributes, outputs: outputs)
      return graph
    }
    expectRefused("training mode", norm(["y", "mean", "var", "saved mean", "saved var"]))
    expectRefused("training mode", norm(["y"], ["training_mode": .integer(1)]))
    try expect([-5 / (1 + 1e-5 as Float).squareRoot()], norm(["y"]), of: [0])
    func dropout(_ isTraining: Bool) -> GraphBuilder {
      var graph = GraphBuilder([0, 1])
      graph.add("Dropout", [graph.constant([], [0.5]), graph.boolean(isTraining)])
      return graph
    }
    expectRefused("training mode", dropout(true))
    try expect([3], dropout(false), of: [3])
    var constant = GraphBuilder([0, 1])
    let ratio = constant.constant([], [0.5])
    let dropped = constant.add(
      "Dropout", [ratio, constant.boolean(true)], from: constant.constant([1], [1]))
    constant.add("Add", [dropped], from: "input")
    expectRefused("training mode", constant)
  }

  /// Opset 6 says by `is_test` whether it trains, which is the default. PyTorch always wrote it.
  @Test func trainingModeIsTheDefaultOfOpset6() throws {
    func graph(
      _ operation: String, _ attributes: [String: GraphBuilder.Attribute], opset: Int64 = 6
    ) -> GraphBuilder {
      var graph = GraphBuilder([0, 1], opset: opset)
      let inputs = [Float(1), 0, 5, 1].map { graph.constant([1], [$0]) }
      graph.add(operation, operation == "Dropout" ? [] : inputs, attributes)
      return graph
    }
    for operation in ["Dropout", "BatchNormalization"] {
      expectRefused("training mode", graph(operation, [:]))
      expectRefused("training mode", graph(operation, ["is_test": .integer(0)]))
      _ = try graph(operation, ["is_test": .integer(1)]).network()
      _ = try graph(operation, [:], opset: 7).network()
    }
    try expect([3], graph("Dropout", ["ratio": .float(0)]), of: [3])
  }

  @Test func inputsOfIntegersAreRefused() {
    var graph = GraphBuilder([0, 2], element: .uint8)
    graph.add("Cast", [], ["to": .integer(1)])
    expectRefused("has element type uint8", graph)
  }

  /// The graphs that the fuzz tests begin from are read.
  @Test func seedsAreRead() throws {
    for (index, data) in try GraphSeeds.all().enumerated() {
      do { _ = try ONNXModel.network(data: data, file: URL(filePath: "/seed \(index)")) } catch {
        Issue.record("\(error)")
      }
    }
  }

  /// An attribute of another type than the operator's would be read as 0.
  @Test func attributesOfAnotherTypeAreRefused() throws {
    let text = "attribute axis has no value of the type that the operator gives it"
    var float = GraphBuilder([0, 2])
    float.add("Flatten", [], ["axis": .float(1)])
    expectRefused(text, float)
    // Files of the first version do not name the type.
    for type in [Onnx_AttributeProto.AttributeType.int, .undefined] {
      var graph = GraphBuilder([0, 2])
      graph.add("Flatten", [], ["axis": .integer(1)])
      graph.change { $0.graph.node[0].attribute[0].type = type }
      try expect([1, 2], graph, of: [1, 2])
      graph.change { $0.graph.node[0].attribute[0].refAttrName = "own" }
      expectRefused(text, graph)
    }
  }

  // MARK: Inputs and outputs

  @Test func inputsNeedNoBatch() throws {
    var plain = GraphBuilder([2], opset: 8)
    plain.add("MatMul", [plain.constant([2, 2], [1, 2, 3, 4])])
    plain.add("Relu")
    try expect([4, 6], plain, of: [1, 1])
    var column = GraphBuilder([2, 1])
    column.add("MatMul", [column.value], only: [column.constant([2, 2], [1, 2, 3, 4]), "input"])
    column.add("Add", [column.constant([2, 1], [10, 20])])
    try expect([13, 27], column, of: [1, 1])
  }

  /// A file made for one example may join the batch with other axes.
  @Test func aFixedBatchMayBeAnyNumber() throws {
    var one = GraphBuilder([1, 2, 2])
    one.add("Reshape", [one.integers([4])])
    one.add("MatMul", [one.constant([4, 1], [1, 10, 100, 1000])])
    try expect([4321], one, of: [1, 2, 3, 4])
    var three = GraphBuilder([3, 2, 2])
    three.add("Reshape", [three.integers([3, 4])])
    three.add("MatMul", [three.constant([4, 1], [1, 10, 100, 1000])])
    try expect([4321], three, of: [1, 2, 3, 4])
  }

  @Test func reshapesThatMoveTheBatchAreRefused() {
    var graph = GraphBuilder([0, 4])
    graph.add("Reshape", [graph.integers([-1, 2])])
    expectRefused("the first axis must stay the batch", graph)
    var computed = GraphBuilder([0, 4])
    let shape = computed.add("Shape")
    let first = computed.add(
      "Slice", [computed.integers([0]), computed.integers([1])], from: shape)
    let twice = computed.add("Mul", [computed.integers([2])], from: first)
    let target = computed.add(
      "Concat", [computed.integers([2])], ["axis": .integer(0)], from: twice)
    computed.add("Reshape", [target], from: "input")
    expectRefused("the first axis must stay the batch", computed)
  }

  /// As PyTorch's default exporter writes every flatten; it matters only where the shape has a 0.
  @Test func allowZeroIsRead() throws {
    var graph = GraphBuilder([0, 2, 2])
    graph.add("Reshape", [graph.integers([-1, 4])], ["allowzero": .integer(1)])
    try expect([1, 2, 3, 4], graph, of: [1, 2, 3, 4])
    var empty = GraphBuilder([0, 2, 2])
    empty.add("Reshape", [empty.integers([0, 4])], ["allowzero": .integer(1)])
    expectRefused("allowzero", empty)
  }

  @Test func constantsMayBeInputsToo() throws {
    var graph = GraphBuilder([0, 2], opset: 7)
    graph.add("Mul", [graph.constant([2], [2, 3], named: "scale")])
    graph.change { $0.graph.input.append(GraphBuilder.info("scale", [2])) }
    try expect([2, 6], graph, of: [1, 2])
  }

  @Test func oneOfSeveralOutputsIsChosen() throws {
    var graph = GraphBuilder([0, 2])
    graph.add("Relu", outputs: ["a"])
    graph.add("Neg", from: "input", outputs: ["b"])
    expectRefused("has several outputs: \"a\", \"b\"", graph, outputs: ["a", "b"])
    expectRefused("has no output \"c\"", graph, output: "c", outputs: ["a", "b"])
    #expect(try graph.network(output: "b", outputs: ["a", "b"]).outputs([1, -2]) == [-1, 2])
  }

  /// What no output depends on may be anything.
  @Test func unusedNodesAreLeftOut() throws {
    var graph = GraphBuilder([0, 2])
    let value = graph.add("Relu")
    graph.add("NonMaxSuppression")
    #expect(try graph.network(outputs: [value]).outputs([1, -2]) == [1, 0])
  }

  @Test func functionsAreInlined() throws {
    var graph = GraphBuilder([0, 2])
    graph.add("Twice", ["", "input"], ["axis": .integer(1)], outputs: ["end"], domain: "own")
    graph.change { model in
      var function = Onnx_FunctionProto()
      (function.name, function.domain) = ("Twice", "own")
      (function.input, function.output) = (["x", "left out", "y"], ["z"])
      function.attribute = ["axis"]
      var inner = GraphBuilder([0, 2])
      inner.add("Concat", ["y"], ["axis": .reference("axis")], from: "x", outputs: ["joined"])
      inner.add("Neg", from: "joined", outputs: ["z"])
      function.node = inner.model.graph.node
      model.functions = [function]
    }
    try expect([-1, -2, -1, -2], graph, of: [1, 2])
    graph.change { $0.functions[0].node = $0.graph.node }
    expectRefused("calls itself", graph)
  }

  /// Images come out in ONNX's order.
  @Test func imagesMayBeOutputs() throws {
    var graph = GraphBuilder([0, 2, 1, 2])
    graph.add("Relu")
    try expect([1, 2, 3, 4], graph, of: [1, 2, 3, 4])
    graph.add("Transpose", [], ["perm": .integers([0, 2, 3, 1])])
    try expect([1, 3, 2, 4], graph, of: [1, 2, 3, 4])
  }
}
