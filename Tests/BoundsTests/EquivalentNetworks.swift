import Networks
import Tensors

/// Networks rewritten as others that compute the same.
extension Network {
  /// Every convolution as a linear layer between flattened images.
  func dense() throws -> Network {
    var layers: [any Layer] = [Flatten()]
    for node in nodes {
      guard let convolution = node.layer as? Convolution else {
        if !(node.layer is Flatten) { layers.append(node.layer) }
        continue
      }
      let (inputs, outputs) = (
        node.inputShape.reduce(1, *), node.outputShape.reduce(1, *)
      )
      let units = Tensor(
        shape: [inputs] + node.inputShape,
        (0..<inputs * inputs).map { $0 % (inputs + 1) == 0 ? 1 : 0 })
      let bias = convolution.forward(.zeros([1] + node.inputShape)).reshaped([outputs])
      let columns = convolution.forward(units).scalars
      let constant = bias.scalars
      let weight = Tensor(
        shape: [outputs, inputs],
        (0..<outputs * inputs).map { index in
          let (row, column) = (index / inputs, index % inputs)
          return columns[column * outputs + row] - constant[row]
        })
      layers.append(Linear(weight: weight, bias: bias))
    }
    return try Network(input: inputShape, layers)
  }

  /// A leading normalisation put into the weights of the first layer that has any.
  func foldingNormalization() throws -> Network {
    let normalization = nodes[0].layer as! Normalization
    let (scale, shift) = (normalization.scale.scalars, normalization.shift.scalars)
    var layers = nodes.dropFirst().map(\.layer)
    let first = layers.firstIndex { !$0.parameters.isEmpty }!
    layers[first] = layers[first].replacingTensors { name, value in
      let weight = layers[first].parameters[0].value
      let outputs = weight.shape[0]
      let inner = weight.count / outputs
      /// The channel of a weight: OIHW, or columns in H·W·C order.
      func channel(_ index: Int) -> Int {
        weight.shape.count == 4
          ? index % inner / (weight.shape[2] * weight.shape[3]) : index % inner % scale.count
      }
      var result = value
      result.modify { scalars in
        for (index, w) in weight.scalars.enumerated() {
          if name == "weight" {
            scalars[index] = w * scale[channel(index)]
          } else {
            scalars[index / inner] += w * shift[channel(index)]
          }
        }
      }
      return result
    }
    return try Network(input: inputShape, layers)
  }
}
