import Tensors

extension Network {
  /// The same function with every BatchNorm and channel map behind a convolution or linear layer
  /// folded into its weights, where nothing else reads that layer: fewer layers, as runtimes want
  /// them and as bounds in training are cheaper. Gradients flow to weights and maps.
  ///
  /// Results differ by rounding alone.
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
  /// x · scale + shift for each channel, if the layer is that.
  fileprivate var channelMap: (scale: Tensor, shift: Tensor)? {
    switch self {
    case let layer as BatchNorm: (layer.scale, layer.shift)
    case let layer as ChannelAffine: (layer.scale, layer.shift)
    default: nil
    }
  }

  /// The layer with a channel map of its output in its weights; nil where it has none.
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
