import Foundation
import Networks
import Relaxations
import Tensors
import Testing

@testable import Formats

/// Functions in ONNX files, as one operator or as what exporters write for them.
@Suite struct ONNXFunctionTests {
  /// What is written is read as the function itself, with its settings.
  @Test(arguments: ActivationFunction.samples)
  func areReadAsTheyAreWritten(function: ActivationFunction) throws {
    for input in [[5], [3, 4, 2]] {
      let network = try Network(input: input, layers: [("f", Activation(function))])
      let again = try ONNXModel.network(
        data: try ONNXModel.data(of: network), file: URL(filePath: "/m.onnx"))
      let layers = again.nodes.map(\.layer).filter { !($0 is Rearrangement) }
      #expect(layers.compactMap { ($0 as? Activation)?.function } == [function])
      // GELU is written with factors that make 1.
      #expect(layers.count == 1, "\(again.nodes.map { type(of: $0.layer).kind })")
    }
  }

  /// Each operator that is a function is documented under its name.
  @Test func operatorsAreDocumented() throws {
    let place = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Documentation/onnx.md")
    let text = try String(contentsOf: place, encoding: .utf8)
    let names = [ONNXFunctionForms.operators, PReLUForm.operators].flatMap(\.keys)
    for name in names where !text.contains(name) { Issue.record("\(name) is not in onnx.md") }
  }

  /// Values of different rank meet at their last axes, so that the batch of the one would meet
  /// another axis of the other. (Where the file fixes all extents, what joins them is read as one
  /// example without a batch.)
  @Test func ranksThatDifferAreRefusedInABatch() throws {
    func graph(_ batch: Int, _ operation: String) -> GraphBuilder {
      var graph = GraphBuilder([batch, 2, 2])
      let axes = graph.integers([1])
      let sum = graph.add("ReduceSum", [axes], ["keepdims": .integer(0)])
      graph.add(operation, [sum], from: "input")
      return graph
    }
    for operation in ["Add", "Sub", "Sum", "Max", "Min"] {
      expectRefused("which do not fit", graph(0, operation))
    }
    // With a batch of 1 the first axis of the sum meets what it should.
    try expect([1 + 4, 2 + 6, 3 + 4, 4 + 6], graph(1, "Add"), of: [1, 2, 3, 4])
    try expect([4, 6, 4, 6], graph(1, "Max"), of: [1, 2, 3, 4])
  }
}
