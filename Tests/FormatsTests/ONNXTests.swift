import Foundation
import Networks
import Tensors
import Testing

@testable import Formats

/// ONNX models are read as they are or refused in one line.
@Suite struct ONNXTests {
  static var golden: URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/golden")
  }

  /// A good model, changed, written and read.
  private func read(
    _ name: String = "cnn_2layer", _ change: (inout Onnx_ModelProto) -> Void
  ) throws -> Network {
    let data = try Data(contentsOf: Self.golden.appending(path: "\(name).onnx"))
    var model = try Onnx_ModelProto(serializedBytes: data)
    change(&model)
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let url = folder.appending(path: "m.onnx")
    try (try model.serializedBytes() as Data).write(to: url)
    return try ONNXModel.network(contentsOf: url)
  }

  private func expectRefused(
    _ text: String, in name: String = "cnn_2layer", _ change: (inout Onnx_ModelProto) -> Void,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    do {
      _ = try read(name, change)
      Issue.record("was read", sourceLocation: sourceLocation)
    } catch {
      let line = "\(error)"
      #expect(line.contains(text) && !line.contains("\n"), sourceLocation: sourceLocation)
    }
  }

  @Test func layersAreNamedByTheirWeights() throws {
    let network = try read { _ in }
    #expect(network.parameters.map(\.path).contains("0.weight"))
    #expect(network.inputShape == [28, 28, 1] && network.classes == 10)
  }

  @Test func unknownThingsAreRefusedByName() {
    expectRefused("Relu (opset 13)") { $0.graph.node[1].attribute = [named("limit")] }
    expectRefused("Asin (opset 13): the operator is not supported; supported are Abs,") {
      $0.graph.node[1].opType = "Asin"
    }
    expectRefused("ThresholdedRelu (opset 13): the operator is not supported: it is a function") {
      $0.graph.node[1].opType = "ThresholdedRelu"
    }
    expectRefused("Softmax (opset 13): along axis -1 of [") { $0.graph.node[1].opType = "Softmax" }
    expectRefused("the operator is not supported") { $0.graph.node[1].domain = "com.example" }
    expectRefused("3 groups with dilations [1, 1] for a weight") {
      set(&$0.graph.node[0], "group", to: [3])
    }
    expectRefused("with dilations [0, 2]") { set(&$0.graph.node[0], "dilations", to: [0, 2]) }
    expectRefused("pads [1, -1, 0, 0] are not supported") {
      set(&$0.graph.node[0], "pads", to: [1, -1, 0, 0])
    }
    expectRefused("strides [0, 1] are not supported") {
      set(&$0.graph.node[0], "strides", to: [0, 1])
    }
    expectRefused("opset 5 is not supported") { $0.opsetImport[0].version = 5 }
  }

  private func named(_ name: String) -> Onnx_AttributeProto {
    var attribute = Onnx_AttributeProto()
    attribute.name = name
    return attribute
  }

  private func set(_ node: inout Onnx_NodeProto, _ name: String, to values: [Int64]) {
    for index in node.attribute.indices where node.attribute[index].name == name {
      node.attribute[index].ints = values
      node.attribute[index].i = values[0]
    }
  }

  @Test func brokenGraphsAreRefused() {
    expectRefused("which no node before it makes") { $0.graph.node.swapAt(0, 2) }
    expectRefused("which no node before it makes") { $0.graph.initializer.removeLast() }
    expectRefused("constant weights") { $0.graph.node[0].input[1] = "" }
    expectRefused("must have one output") { $0.graph.output[0].name = "elsewhere" }
    expectRefused("with fixed sizes behind the batch") {
      $0.graph.input[0].type.tensorType.shape.dim[1].dimParam = "channels"
    }
    expectRefused("inputs; one is supported") { $0.graph.input.append($0.graph.input[0]) }
    expectRefused("holds no graph") { $0.clearGraph() }
    expectRefused("needs images [height, width, 3]") {
      $0.graph.initializer[0].dims[1] = 3
      $0.graph.initializer[0].rawData = Data(
        repeating: 0, count: $0.graph.initializer[0].dims.reduce(4) { $0 * Int($1) })
    }
  }

  @Test func tensorsThatLieAreRefused() {
    expectRefused("bytes where its shape has") { $0.graph.initializer[0].rawData.removeLast(4) }
    expectRefused("bytes where its shape has") { $0.graph.initializer[0].dims[0] = 1 << 40 }
    expectRefused("impossible shape") { $0.graph.initializer[0].dims = [1 << 62, 1 << 62, 4] }
    expectRefused("impossible shape") { $0.graph.initializer[0].dims[0] = -4 }
    expectRefused("element type string is not supported") { $0.graph.initializer[0].dataType = 8 }
    expectRefused("element type uint32 is not supported; supported are float, double, float16,") {
      $0.graph.initializer[0].dataType = 12
    }
    expectRefused("bool, int8 to int64, uint8 and uint16") {
      $0.graph.initializer[0].dataType = 13
    }
    expectRefused("NaN or infinity") {
      $0.graph.initializer[0].rawData.replaceSubrange(0..<4, with: [0, 0, 0xc0, 0x7f])
    }
    expectRefused("no such file") {
      $0.graph.initializer[0].dataLocation = .external
      $0.graph.initializer[0].externalData = [entry("location", "weights.bin")]
    }
    expectRefused("outside the model's folder") {
      $0.graph.initializer[0].dataLocation = .external
      $0.graph.initializer[0].externalData = [entry("location", "../weights.bin")]
    }
  }

  /// A node that reads the input, put in front of the first of a good model.
  private func front(
    _ operation: String, _ inputs: [(dims: [Int64], floats: [Float])] = [],
    _ attributes: [String: ONNXAttribute] = [:]
  ) -> (inout Onnx_ModelProto) -> Void {
    { model in
      var node = Onnx_NodeProto()
      (node.opType, node.input, node.output) = (operation, ["input"], ["front"])
      for (index, input) in inputs.enumerated() {
        var constant = Onnx_TensorProto()
        (constant.name, constant.dataType, constant.dims) = ("front.\(index)", 1, input.dims)
        constant.floatData = input.floats
        model.graph.initializer.append(constant)
        node.input.append(constant.name)
      }
      node.attribute = attributes.map { $1.proto(named: $0) }
      model.graph.node.insert(node, at: 0)
      model.graph.node[1].input[0] = "front"
    }
  }

  /// A node that reshapes, put in front of all others.
  private func reshape(
    _ source: String, to shape: [Int64], as name: String, in model: inout Onnx_ModelProto
  ) {
    var constant = Onnx_TensorProto()
    (constant.name, constant.dataType, constant.dims) = ("shape", 7, [Int64(shape.count)])
    constant.int64Data = shape
    model.graph.initializer.append(constant)
    var node = Onnx_NodeProto()
    (node.opType, node.input, node.output) = ("Reshape", [source, "shape"], [name])
    model.graph.node.insert(node, at: 0)
  }

  @Test func extremesAreRefused() {
    for ends in [(-Float.infinity, -Float.infinity), (.infinity, .infinity), (.nan, 1)] {
      expectRefused("keeps nothing", front("Clip", [([], [ends.0]), ([], [ends.1])]))
    }
    expectRefused(
      "are not supported",
      front("Pad", [], ["pads": .integers([0, 0, .min, 0, 0, 0, 0, 0])]))
    expectRefused(
      "slopes [2, 1, 1] spread its input",
      front("PRelu", [([2, 1, 1], [0.5, 1])]))
    expectRefused("NaN or infinity", front("PRelu", [([1], [.nan])]))
    expectRefused("alpha -1.0 is below 0", front("Elu", [], ["alpha": .float(-1)]))
    expectRefused("alpha 0.0 is not above 0", front("Celu", [], ["alpha": .float(0)]))
    expectRefused("is not a number", front("LeakyRelu", [], ["alpha": .float(.nan)]))
    let four: [(dims: [Int64], floats: [Float])] = Array(
      repeating: ([28], Array(repeating: 1, count: 28)), count: 4)
    expectRefused("images and vectors only") { model in
      front("BatchNormalization", four)(&model)
      reshape("input", to: [0, 28, 28, 1, 1], as: "rows", in: &model)
      model.graph.node[1].input[0] = "rows"
    }
    expectRefused("which is too large") {
      set(&$0.graph.node[0], "pads", to: [65536, 65536, 65536, 65536])
    }
    expectRefused("external data end after") {
      // The model itself, which is there, as the file of its tensors.
      $0.graph.initializer[0].dataLocation = .external
      $0.graph.initializer[0].externalData = [
        entry("location", "m.onnx"), entry("offset", "\(Int.min)"),
      ]
    }
  }

  /// The end of networks that are convolutional to the last: in both orders the same.
  @Test func poolingToAVectorIsAnEnd() throws {
    let network = try read("cnn_2layer") { model in
      model.graph.node.removeLast(model.graph.node.count - 1)
      for (operation, output) in [("GlobalAveragePool", "pooled"), ("Flatten", "end")] {
        var node = Onnx_NodeProto()
        (node.opType, node.input) = (operation, [model.graph.node.last!.output[0]])
        node.output = [output]
        model.graph.node.append(node)
      }
      model.graph.output[0].name = "end"
    }
    #expect(network.outputShape.count == 1 && network.classes > 1)
  }

  private func entry(_ key: String, _ value: String) -> Onnx_StringStringEntryProto {
    var entry = Onnx_StringStringEntryProto()
    (entry.key, entry.value) = (key, value)
    return entry
  }

  /// Constants after an input and a normalisation by constants in front change the logits as they
  /// should.
  @Test func constantArithmeticIsFolded() throws {
    let plain = try read { _ in }
    let shifted = try read { model in
      var constant = Onnx_TensorProto()
      (constant.name, constant.dataType, constant.dims) = ("half", 1, [1, 1, 1])
      constant.floatData = [0.5]
      model.graph.initializer.append(constant)
      var node = Onnx_NodeProto()
      (node.opType, node.input, node.output) = ("Sub", ["input", "half"], ["shifted"])
      model.graph.node.insert(node, at: 0)
      model.graph.node[1].input[0] = "shifted"
    }
    var random = RandomSource(seed: 0)
    let images = Tensor.uniform([2, 28, 28, 1], in: 0...1, using: &random)
    let half = Tensor(shape: images.shape, repeating: 0.5)
    #expect(shifted(images) == plain(images - half))
  }
}
