import Foundation

@testable import Formats

/// Models whose bytes the fuzz tests change: between them every operator that moves scalars, works on
/// windows or computes with constants.
enum GraphSeeds {
  static func all() throws -> [Data] {
    try [windows(), moves(), functions(), constants()].map { graph in
      var model = graph.model
      model.graph.output = [GraphBuilder.info(graph.value, [])]
      return try model.serializedBytes()
    }
  }

  private static func windows() -> GraphBuilder {
    var graph = GraphBuilder([0, 2, 5, 4])
    let weight = graph.constant([2, 2, 2, 2], (0..<16).map { Float($0) / 8 - 1 })
    graph.add(
      "ConvTranspose", [weight],
      ["strides": .integers([2, 1]), "pads": .integers([0, 1, 1, 0]), "group": .integer(1)])
    graph.add(
      "MaxPool", [],
      ["kernel_shape": .integers([2, 2]), "strides": .integers([2, 2]), "ceil_mode": .integer(1)])
    graph.add(
      "AveragePool", [], ["kernel_shape": .integers([2, 2]), "auto_pad": .text("SAME_LOWER")])
    graph.add(
      "MaxPool", [], ["kernel_shape": .integers([2, 2]), "dilations": .integers([2, 1])])
    graph.add(
      "Resize", ["", graph.constant([4], [1, 1, 1.5, 2])],
      ["mode": .text("linear"), "coordinate_transformation_mode": .text("align_corners")])
    graph.add("GlobalMaxPool")
    return graph
  }

  private static func moves() -> GraphBuilder {
    var graph = GraphBuilder([1, 4, 2, 2])
    graph.add("DepthToSpace", [], ["blocksize": .integer(2)])
    graph.add("Pad", [graph.integers([0, 0, 1, 1, 0, 0, 0, 1])], ["mode": .text("reflect")])
    graph.add("Tile", [graph.integers([1, 2, 1, 1])])
    graph.add("Transpose", [], ["perm": .integers([0, 2, 1, 3])])
    let (first, last) = (graph.integers([0]), graph.integers([4]))
    graph.add("Slice", [first, last, graph.integers([1]), graph.integers([2])])
    graph.add("Split", [], ["axis": .integer(3), "num_outputs": .integer(2)], outputs: ["p", "q"])
    graph.add("ReduceMean", [graph.integers([-1])], from: "q", outputs: ["mean"])
    graph.add("Sub", ["mean"], from: "p")
    graph.add("Concat", ["mean"], ["axis": .integer(3)])
    graph.add("Gather", [graph.integers([0, -1])], ["axis": .integer(3)])
    graph.add("Reshape", [graph.integers([-1])])
    graph.add("MatMul", [graph.constant([8, 2], (0..<16).map { Float($0) })])
    return graph
  }

  private static func functions() -> GraphBuilder {
    var graph = GraphBuilder([0, 3])
    let half = graph.constant([], [0.5])
    let magnitude = graph.add("Abs")
    let isLarge = graph.add("Greater", [half], from: magnitude)
    let sign = graph.add("Sign", from: "input")
    let signed = graph.add("Mul", [half], from: sign)
    let moved = graph.add("Sub", [signed], from: "input")
    let nothing = graph.add("Mul", [graph.constant([], [0])], from: "input")
    graph.add("Where", [moved, nothing], from: isLarge, outputs: ["shrunk"])
    graph.add("Sigmoid", outputs: ["gate"])
    graph.add("Mul", ["gate"], from: "shrunk", outputs: ["silu"])
    graph.add("Max", ["shrunk", half], outputs: ["max"])
    graph.add("Selu")
    graph.add("PRelu", [graph.constant([3], [0.1, -1, 2])])
    graph.add("Celu", [], ["alpha": .float(0.5)])
    graph.add("LogSoftmax")
    return graph
  }

  private static func constants() -> GraphBuilder {
    var graph = GraphBuilder([0, 4])
    let shape = graph.add("Shape")
    let batch = graph.add("Gather", [graph.integers([0])], from: shape)
    let target = graph.add("Concat", [graph.integers([2, 2])], ["axis": .integer(0)], from: batch)
    graph.add("Reshape", [target], from: "input", outputs: ["square"])
    let numbers = graph.add(
      "Range",
      only: [
        graph.integers([0], shape: []), graph.integers([4], shape: []),
        graph.integers([1], shape: []),
      ])
    let floats = graph.add("Cast", [], ["to": .integer(1)], from: numbers)
    let matrix = graph.add("Reshape", [graph.integers([2, 2])], from: floats)
    let turned = graph.add("Transpose", from: matrix)
    let product = graph.add("MatMul", [turned], from: matrix)
    let sum = graph.add("ReduceSum", [graph.integers([0])], from: product)
    let wide = graph.add("Expand", [graph.integers([2, 2])], from: sum)
    let chosen = graph.add(
      "Where", [wide, matrix], from: graph.add("Less", [product], from: matrix))
    graph.add("MatMul", [chosen], from: "square")
    return graph
  }
}
