import Tensors

extension Network {
  /// The same function with every BatchNorm and channel map behind a convolution or linear layer
  /// folded into its weights, where nothing else reads that layer.
  ///
  /// With a map x·s + t behind W·x + b, the folded layer is (s·W)·x + (s·b + t), row by row. There
  /// are fewer layers, as runtimes want them, and bounds in training are cheaper. Gradients flow to
  /// weights and maps.
  ///
  /// Results differ by rounding alone. The result has no ``origin``, since no architecture names
  /// its layers.
  package var folded: Network {
    var readers = [Int](repeating: 0, count: nodes.count + 1)
    for value in nodes.flatMap(\.inputs) { readers[value] += 1 }
    var graph: [(path: String, layer: any Layer, inputs: [Int])] = []
    var numbers = [0]
    for node in nodes {
      let source = numbers[node.inputs[0]]
      if let affine = node.layer.channelMap, readers[node.inputs[0]] == 1, source > 0,
        let merged = graph[source - 1].layer.followed(by: affine)
      {
        graph[source - 1].layer = merged
        numbers.append(source)
      } else {
        graph.append((node.path, node.layer, node.inputs.map { numbers[$0] }))
        numbers.append(graph.count)
      }
    }
    guard let network = try? Network(input: inputShape, graph: graph) else {
      preconditionFailure("folding changes no shape")
    }
    return network
  }
}

extension Layer {
  /// The factors and the numbers added, both [channels], if the layer computes x · scale + shift
  /// for each channel from its own tensors; nil for other layers. (A normalisation is never
  /// folded.)
  fileprivate var channelMap: (scale: Tensor, shift: Tensor)? {
    switch self {
    case let layer as BatchNorm: (layer.scale, layer.shift)
    case let layer as ChannelAffine: (layer.scale, layer.shift)
    default: nil
    }
  }

  /// Returns the layer with a channel map of its output in its weights; nil for a layer without
  /// weights that could take it.
  fileprivate func followed(by map: (scale: Tensor, shift: Tensor)) -> (any Layer)? {
    switch self {
    case let layer as Convolution:
      Convolution(
        weight: scaledRows(layer.weight, by: map.scale), bias: layer.bias * map.scale + map.shift,
        geometry: layer.geometry, layout: layer.layout)
    case let layer as Linear:
      Linear(
        weight: scaledRows(layer.weight, by: map.scale), bias: layer.bias * map.scale + map.shift)
    default: nil
    }
  }
}
