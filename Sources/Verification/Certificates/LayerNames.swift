import Bounds
import Formats

/// The names and the order that layers and their neurons have in a network's ONNX file.
struct LayerNames: Sendable {
  private let layers: [ONNXLayer]
  /// For each layer and each place in the network's order, the place in the file's.
  private let numbers: [[Int]]

  /// Turns the orders of an exported network around.
  init(_ layers: [ONNXLayer]) {
    self.layers = layers
    numbers = layers.map { layer in
      var numbers = [Int](repeating: 0, count: layer.inputOrder.count)
      for (theirs, ours) in layer.inputOrder.enumerated() { numbers[ours] = theirs }
      return numbers
    }
  }

  /// The name of the node that makes a layer's output.
  func node(_ layer: Int) -> String { layers[layer].node }

  /// The file's number of a neuron in front of a layer.
  func number(of neuron: Int, _ layer: Int) -> Int { numbers[layer][neuron] }

  /// Returns neurons in the file's order: their numbers, and their places among those given.
  func order(of neurons: [Int], _ layer: Int) -> [(number: Int, place: Int)] {
    neurons.enumerated().map { (number: number(of: $1, layer), place: $0) }
      .sorted { $0.number < $1.number }
  }

  /// Returns numbers by which passes are sorted: margins by row, then neurons by layer.
  func key(of start: Witness.Pass.Start) -> [Int] {
    switch start {
    case .row(let row): [0, row]
    case .neuron(let neuron, let layer, let isNegative):
      [1, layer, number(of: neuron, layer), isNegative ? 1 : 0]
    }
  }
}
