import Foundation
import Networks
import Tensors
import Testing

@testable import Formats

/// Operators with values that were computed by hand.
@Suite struct ONNXOperatorTests {
  // MARK: Windows

  /// What is padded never wins, though all values are negative.
  @Test func maximaOverUnevenWindows() throws {
    let image: [Float] = [-1, -2, -3, -4, -5, -6, -7, -8, -9]
    var same = GraphBuilder([0, 1, 3, 3])
    same.add(
      "MaxPool", [],
      [
        "kernel_shape": .integers([2, 2]), "strides": .integers([2, 2]),
        "auto_pad": .text("SAME_UPPER"),
      ])
    try expect([-1, -3, -7, -9], same, of: image)
    var up = GraphBuilder([0, 1, 3, 3])
    up.add(
      "MaxPool", [],
      ["kernel_shape": .integers([2, 2]), "strides": .integers([2, 2]), "ceil_mode": .integer(1)])
    try expect([-1, -3, -7, -9], up, of: image)
    var gaps = GraphBuilder([0, 1, 3, 3])
    gaps.add(
      "MaxPool", [],
      [
        "kernel_shape": .integers([2, 2]), "dilations": .integers([2, 2]),
        "pads": .integers([1, 0, 0, 0]),
      ])
    try expect([-4, -1], gaps, of: image)
  }

  @Test func meansOverUnevenWindows() throws {
    func pool(_ counts: Int, _ more: [String: GraphBuilder.Attribute]) -> GraphBuilder {
      var graph = GraphBuilder([0, 1, 1, 4])
      graph.add(
        "AveragePool", [],
        [
          "kernel_shape": .integers([1, 3]), "strides": .integers([1, 3]),
          "count_include_pad": .integer(counts),
        ].merging(more) { $1 })
      return graph
    }
    let pads = ["pads": GraphBuilder.Attribute.integers([0, 1, 0, 1])]
    try expect([1.5, 3.5], pool(0, pads), of: [1, 2, 3, 4])
    try expect([1, 7 / 3], pool(1, pads), of: [1, 2, 3, 4])
    // The last window sticks out: it has one place that counts.
    try expect([2, 4], pool(1, ["ceil_mode": .integer(1)]), of: [1, 2, 3, 4])
  }

  @Test func transposedConvolutions() throws {
    var graph = GraphBuilder([0, 1, 1, 2])
    graph.add(
      "ConvTranspose", [graph.constant([1, 1, 1, 3], [1, 10, 100])],
      ["strides": .integers([1, 2]), "output_padding": .integers([0, 1])])
    // 1·(1, 10, 100) at 0 and 2·(1, 10, 100) at 2, then one more.
    try expect([1, 10, 102, 20, 200, 0], graph, of: [1, 2])
    var groups = GraphBuilder([0, 2, 2])
    groups.add(
      "ConvTranspose", [groups.constant([2, 1, 2], [1, 2, 3, 4]), groups.constant([2], [0, 1])],
      ["group": .integer(2), "pads": .integers([1, 0])])
    try expect([4, 4, 29, 17], groups, of: [1, 2, 4, 4])
  }

  @Test func windowsHaveTheAxesOfTheirInput() {
    var line = GraphBuilder([0, 1, 3, 4])
    line.add("ConvTranspose", [line.constant([1, 1, 2], [1, 1])])
    expectRefused("needs sequences", line)
    var square = GraphBuilder([0, 1, 4])
    square.add("MaxPool", [], ["kernel_shape": .integers([1, 2])])
    expectRefused("needs images", square)
  }

  @Test func sizes() throws {
    func resized(_ attributes: [String: GraphBuilder.Attribute], _ sizes: [Int]) -> GraphBuilder {
      var graph = GraphBuilder([0, 1, 1, 2])
      graph.add("Resize", ["", "", graph.integers([1, 1] + sizes)], attributes)
      return graph
    }
    try expect(
      [1, 1, 3, 3], resized(["coordinate_transformation_mode": .text("asymmetric")], [1, 4]),
      of: [1, 3])
    try expect(
      [1, 1.5, 2.5, 3], resized(["mode": .text("linear")], [1, 4]), of: [1, 3])
    try expect(
      [1, 2, 3, 1, 2, 3],
      resized(
        [
          "mode": .text("linear"), "coordinate_transformation_mode": .text("align_corners"),
        ], [2, 3]), of: [1, 3])
    expectRefused("mode cubic", resized(["mode": .text("cubic")], [1, 4]))
  }

  /// 0.6 in Float32 is a little more, so that place 3 comes from 4.9999998: from place 4 for ONNX's
  /// reference, from place 5 for ONNX Runtime, which rounds the quotient to 5.
  @Test func sizesThatHangOnRounding() throws {
    func resized(_ scale: Float, of extent: Int) -> GraphBuilder {
      var graph = GraphBuilder([0, 1, 1, extent])
      graph.add(
        "Resize", ["", graph.constant([4], [1, 1, 1, scale])],
        ["coordinate_transformation_mode": .text("asymmetric"), "nearest_mode": .text("floor")])
      return graph
    }
    expectRefused("place 3 of 4 takes place 4 or 5 of 7, by how a runtime", resized(0.6, of: 7))
    expectRefused("of 10 by 0.7 gives 6 or 7, by how a runtime rounds", resized(0.7, of: 10))
    expectRefused("by 1.1 leaves 5 places", resized(1.1, of: 5))
    try expect([1, 2, 4], resized(0.6, of: 5), of: [1, 2, 3, 4, 5])
    try expect([1, 3], resized(0.5, of: 5), of: [1, 2, 3, 4, 5])
  }

  /// The values are those of ONNX's own test of opset 10, and of ONNX Runtime.
  @Test func sizesBeforeOpset11() throws {
    func resized(_ operation: String, _ scale: Float, opset: Int64) -> GraphBuilder {
      var graph = GraphBuilder([0, 1, 1, 4], opset: opset)
      graph.add(operation, [graph.constant([4], [1, 1, 1, scale])])
      return graph
    }
    try expect([1, 3], resized("Resize", 0.6, opset: 10), of: [1, 2, 3, 4])
    try expect([1, 1, 2, 3, 3, 4], resized("Resize", 1.5, opset: 10), of: [1, 2, 3, 4])
    try expect([1, 1, 2, 3, 3, 4], resized("Upsample", 1.5, opset: 9), of: [1, 2, 3, 4])
    expectRefused("none may be below 1", resized("Upsample", 0.6, opset: 9))
  }

  @Test func paddingsOfTheirOwn() throws {
    func padded(_ mode: String) -> GraphBuilder {
      var graph = GraphBuilder([0, 1, 3])
      graph.add("Pad", [graph.integers([0, 0, 2, 0, 0, 1])], ["mode": .text(mode)])
      return graph
    }
    try expect([3, 2, 1, 2, 3, 2], padded("reflect"), of: [1, 2, 3])
    try expect([1, 1, 1, 2, 3, 3], padded("edge"), of: [1, 2, 3])
    try expect([2, 3, 1, 2, 3, 1], padded("wrap"), of: [1, 2, 3])
  }

  // MARK: Axes

  @Test func reductionsOverAnyAxes() throws {
    func reduced(_ operation: String, _ axes: [Int]) -> GraphBuilder {
      var graph = GraphBuilder([0, 2, 1, 3])
      graph.add(operation, [graph.integers(axes)], ["keepdims": .integer(0)])
      return graph
    }
    let x: [Float] = [1, 2, 3, -4, 5, 6]
    try expect([6, 7], reduced("ReduceSum", [-1]), of: x)
    try expect([-1.5, 3.5, 4.5], reduced("ReduceMean", [1]), of: x)
    try expect([3, 6], reduced("ReduceMax", [2, 3]), of: x)
    try expect([-4], reduced("ReduceMin", [1, 2, 3]), of: x)
    try expect([21], reduced("ReduceL1", [1, 2, 3]), of: x)
    expectRefused("along the batch", reduced("ReduceSum", [0]))
  }

  /// Without axes all of them are reduced, or none.
  @Test func reductionsWithoutAxes() throws {
    func reduced(
      _ operation: String, _ input: [Int], _ attributes: [String: GraphBuilder.Attribute] = [:]
    ) -> GraphBuilder {
      var graph = GraphBuilder(input)
      graph.add(operation, [], attributes)
      return graph
    }
    let x: [Float] = [1, -2, 3]
    try expect([2], reduced("ReduceSum", [3]), of: x)
    try expect([3], reduced("ReduceMax", [1, 3]), of: x)
    try expect([6], reduced("ReduceL1", [3], ["keepdims": .integer(0)]), of: x)
    expectRefused("joins the examples of a batch", reduced("ReduceSum", [0, 3]))
    let none = ["noop_with_empty_axes": GraphBuilder.Attribute.integer(1)]
    try expect(x, reduced("ReduceSum", [0, 3], none), of: x)
    try expect([1, 2, 3], reduced("ReduceL1", [0, 3], none), of: x)
    var folded = GraphBuilder([0, 3])
    let squares = folded.add("ReduceSumSquare", [], none, from: folded.constant([3], x))
    folded.add("Add", [squares], from: "input")
    try expect([1, 4, 9], folded, of: [0, 0, 0])
  }

  @Test func splitsAndValuesThatSpread() throws {
    var graph = GraphBuilder([0, 5])
    graph.add("Split", [], ["axis": .integer(1), "num_outputs": .integer(2)], outputs: ["a", "b"])
    let mean = graph.add(
      "ReduceMean", [graph.integers([1])], ["keepdims": .integer(1)], from: "b")
    graph.add("Sub", [mean], from: "a")
    try expect([-3.5, -2.5, -1.5], graph, of: [1, 2, 3, 4, 5])
    var given = GraphBuilder([0, 5])
    given.add(
      "Split", [given.integers([1, 4])], ["axis": .integer(1)], outputs: ["one", "four"])
    given.add("Add", ["one"], from: "four")
    try expect([3, 4, 5, 6], given, of: [1, 2, 3, 4, 5])
  }

  @Test func linearLayersOfSequences() throws {
    var graph = GraphBuilder([0, 2, 2])
    graph.add("MatMul", [graph.constant([2, 3], [1, 0, 1, 0, 1, 1])])
    graph.add("Add", [graph.constant([3], [0, 0, 10])])
    try expect([1, 2, 13, 3, 4, 17], graph, of: [1, 2, 3, 4])
  }

  /// A constant on the left is multiplied along the last axis but one, which must not be the batch.
  @Test func productsWithAConstantOnTheLeft() throws {
    func product(_ operation: String, _ input: [Int]) -> GraphBuilder {
      var graph = GraphBuilder(input)
      graph.add(operation, only: [graph.constant([2, 2], [1, 2, 3, 4]), "input"])
      return graph
    }
    try expect([7, 10, 15, 22], product("MatMul", [0, 2, 2]), of: [1, 2, 3, 4])
    for operation in ["MatMul", "Gemm"] {
      expectRefused("along the batch of [-1, 2] is not supported", product(operation, [0, 2]))
      // The file fixes all axes, so that none of them has to be a batch.
      try expect([7, 10, 15, 22], product(operation, [2, 2]), of: [1, 2, 3, 4])
    }
    try expect([5, 11], product("MatMul", [2]), of: [1, 2])
  }

  /// A product has as many axes as the factor that has more of them.
  @Test func matricesWithFurtherAxes() throws {
    func product(_ input: [Int], constantFirst: Bool = false) -> GraphBuilder {
      var graph = GraphBuilder(input)
      let matrix = graph.constant([1, 2, 2], [1, 2, 3, 4])
      graph.add("MatMul", only: constantFirst ? [matrix, "input"] : ["input", matrix])
      graph.add("ReduceSum", [graph.integers([1])], ["keepdims": .integer(0)])
      return graph
    }
    try expect([12, 18], product([0, 2, 2]), of: [1, 0, 2, 3])
    try expect([4, 6], product([0, 2, 2], constantFirst: true), of: [1, 0, 0, 1])
    expectRefused("which gives further axes in front", product([0, 2]))
    expectRefused("which gives further axes in front", product([2, 2], constantFirst: true))
    var gemm = GraphBuilder([0, 2])
    gemm.add("Gemm", [gemm.constant([1, 2, 1], [1, 2])])
    expectRefused("which gives further axes in front", gemm)
  }

  /// The third input of a Gemm of constants counts, or the node is refused.
  @Test func gemmsOfConstants() throws {
    func gemm(_ shift: (inout GraphBuilder) -> String) -> GraphBuilder {
      var graph = GraphBuilder([0, 2])
      let matrices = [graph.constant([1, 2], [1, 2]), graph.constant([2, 2], [1, 2, 3, 4])]
      let sum = graph.add("Gemm", only: matrices + [shift(&graph)])
      graph.add("Add", [sum], from: "input")
      return graph
    }
    try expect([17, 30], gemm { $0.constant([2], [10, 20]) }, of: [0, 0])
    expectRefused("no such matrix of floats", gemm { $0.constant([3], [1, 2, 3]) })
    expectRefused("no such matrix of floats", gemm { $0.constant([2, 2], [1, 2, 3, 4]) })
    expectRefused("no such matrix of floats", gemm { $0.integers([1, 2]) })
  }

  @Test func depthAndSpace() throws {
    var graph = GraphBuilder([0, 4, 1, 1])
    graph.add("DepthToSpace", [], ["blocksize": .integer(2), "mode": .text("CRD")])
    try expect([1, 2, 3, 4], graph, of: [1, 2, 3, 4])
    graph.add("SpaceToDepth", [], ["blocksize": .integer(2)])
    try expect([1, 2, 3, 4], graph, of: [1, 2, 3, 4])
  }

  // MARK: Functions

  @Test func extremesOfValuesAndConstants() throws {
    var graph = GraphBuilder([0, 3])
    let negated = graph.add("Neg")
    graph.add("Max", ["input", graph.constant([], [0.5])], from: negated)
    graph.add("Min", [graph.constant([3], [9, 1.5, 9])])
    try expect([2, 1.5, 0.5], graph, of: [-2, 3, 0.1])
  }

  /// As PyTorch's default exporter writes Softshrink.
  @Test func selectionsThatAreContinuousAreRead() throws {
    func softshrink(_ shift: Float) -> GraphBuilder {
      var graph = GraphBuilder([0, 4])
      let lambda = graph.constant([], [0.5])
      let magnitude = graph.add("Abs")
      let isLarge = graph.add("Greater", [lambda], from: magnitude)
      let sign = graph.add("Sign", from: "input")
      let signed = graph.add("Mul", [graph.constant([], [shift])], from: sign)
      let moved = graph.add("Sub", [signed], from: "input")
      let nothing = graph.add("Mul", [graph.constant([], [0])], from: "input")
      graph.add("Where", [moved, nothing], from: isLarge)
      return graph
    }
    try expect([-1, 0, 0, 1.5], softshrink(0.5), of: [-1.5, -0.25, 0.5, 2])
    expectRefused("a function that jumps by 0.5 at -0.5", softshrink(0))
  }

  @Test func softplusWithItsThresholdIsRead() throws {
    func softplus(_ beta: Float, _ threshold: Float) -> GraphBuilder {
      var graph = GraphBuilder([0, 2])
      let scaled = graph.add("Mul", [graph.constant([], [beta])])
      let curve = graph.add("Softplus")
      let unscaled = graph.add("Div", [graph.constant([], [beta])], from: curve)
      let isLarge = graph.add("Greater", [graph.constant([], [threshold])], from: scaled)
      graph.add("Where", ["input", unscaled], from: isLarge)
      return graph
    }
    try expect([Float(log(2.0)) / 2, 30], softplus(2, 20), of: [0, 30])
    expectRefused("jumps by 4.54e-05 at its threshold 10.0", softplus(2, 10))
  }

  @Test func productsThatAreKnownFunctions() throws {
    var silu = GraphBuilder([0, 2])
    let scaled = silu.add("Mul", [silu.constant([], [2])])
    let gate = silu.add("Sigmoid", from: scaled)
    silu.add("Mul", [gate], from: "input")
    try expect([0, 1 / (1 + Float(exp(-2.0)))], silu, of: [0, 1])
    var swish = GraphBuilder([0, 3])
    swish.add("Add", [swish.constant([], [3])])
    let clip = swish.add("Clip", [swish.constant([], [0]), swish.constant([], [6])])
    swish.add("Mul", [clip], from: "input")
    swish.add("Div", [swish.constant([], [6])])
    try expect([0, 4 / 6, 5], swish, of: [-4, 1, 5])
    var product = GraphBuilder([0, 2])
    let negated = product.add("Relu")
    product.add("Mul", [negated], from: "input")
    expectRefused("multiplies two computed values", product)
  }

  @Test func slopesForEachChannel() throws {
    var graph = GraphBuilder([0, 2, 1, 2])
    graph.add("PRelu", [graph.constant([2, 1, 1], [0.5, -2])])
    try expect([-0.5, 1, 4, 3], graph, of: [-1, 1, -2, 3])
  }

  /// Slopes [C] of a value whose width is C too: for each channel in opset 6, for each column since.
  @Test func slopesWithoutFurtherAxes() throws {
    func slopes(_ input: [Int], opset: Int64) -> GraphBuilder {
      var graph = GraphBuilder(input, opset: opset)
      graph.add("PRelu", [graph.constant([2], [0.5, 2])])
      return graph
    }
    try expect([-0.5, -0.5, -2, -2], slopes([0, 2, 1, 2], opset: 6), of: [-1, -1, -1, -1])
    for opset in [7, 8, 9] as [Int64] {
      try expect([-0.5, -2, -0.5, -2], slopes([0, 2, 1, 2], opset: opset), of: [-1, -1, -1, -1])
    }
    try expect([-0.5, -2], slopes([0, 2, 1, 1], opset: 8), of: [-1, -1])
    expectRefused("slopes [2] spread its input", slopes([0, 2, 1, 1], opset: 9))
  }

  /// A bias [C] for the second axis of a value whose width is C too.
  @Test func operandsOfOpset6MeetAnAxis() throws {
    func sum(
      _ attributes: [String: GraphBuilder.Attribute], opset: Int64 = 6, constantFirst: Bool = false
    ) -> GraphBuilder {
      var graph = GraphBuilder([0, 2, 1, 2], opset: opset)
      let bias = graph.constant([2], [10, 20])
      graph.add("Add", only: constantFirst ? [bias, "input"] : ["input", bias])
      graph.change { $0.graph.node[0].attribute = attributes.map { $1.proto(named: $0) } }
      return graph
    }
    let broadcast = ["broadcast": GraphBuilder.Attribute.integer(1)]
    let both = broadcast.merging(["axis": .integer(1)]) { $1 }
    try expect([11, 12, 23, 24], sum(both), of: [1, 2, 3, 4])
    try expect([11, 22, 13, 24], sum(broadcast), of: [1, 2, 3, 4])
    expectRefused("axis 1 for a second operand of 4 axes", sum(both, constantFirst: true))
    expectRefused("attribute axis is not supported", sum(both, opset: 7))
    var folded = GraphBuilder([0, 2, 2], opset: 6)
    let matrix = folded.constant([2, 2], [1, 2, 3, 4])
    let weight = folded.add(
      "Mul", [folded.constant([2], [1, 10])], ["broadcast": .integer(1), "axis": .integer(0)],
      from: matrix)
    folded.add("MatMul", [weight], from: "input")
    try expect([1, 2, 30, 40], folded, of: [1, 0, 0, 1])
  }

  @Test func softmaxAtTheEnd() throws {
    var graph = GraphBuilder([0, 2])
    graph.add("Softmax")
    try expect([0.25, 0.75], graph, of: [0, Float(log(3.0))])
  }

  @Test func whatIsNoRealFunctionIsRefusedWithTheReason() {
    for (operation, reason) in [
      ("LayerNormalization", "multiplies or divides computed values"),
      ("ThresholdedRelu", "jumps"), ("LSTM", "gates"), ("Loop", "control flow"),
      ("QuantizeLinear", "rounds values"),
    ] {
      var graph = GraphBuilder([0, 2])
      graph.add(operation)
      expectRefused(reason, graph)
    }
    var square = GraphBuilder([0, 2])
    square.add("Pow", [square.constant([], [2])])
    square.add("Relu")
    expectRefused("of a power, or a value multiplied by itself,", square)
  }
}
