import Tensors

extension Network {
  /// Returns the same network with every weight matrix and kernel but the last drawn anew, for
  /// training by intervals from the start (Shi et al. 2021, section 3.1).
  ///
  /// PyTorch's default makes intervals grow from layer to layer. Weights that are normal with
  /// standard deviation √(2π)/fan_in have an expected absolute value of 2/fan_in, so a radius
  /// doubles in a linear layer and is halved again by the ReLU: intervals keep their expected size.
  /// Behind the sum of two values and an activation the deviation is half of that, as in the
  /// authors' code, since radii of a sum add up. Biases and BatchNorm stay as they are.
  ///
  /// - Parameter seed: The same seed gives the same weights.
  package func withIntervalInitialization(seed: UInt64) -> Network {
    var random = RandomSource(seed: seed, purpose: "interval initialization")
    let halved = Set(nodes.filter(isBehindSum).map { "\($0.path).weight" })
    let weights = parameters.indices.filter { parameters[$0].value.shape.count > 1 }
    return withParameters(
      parameters.indices.map { index in
        let value = parameters[index].value
        guard value.shape.count > 1, index != weights.last else { return value }
        let inputs = Float(value.count / value.shape[0])
        let share: Float = halved.contains(parameters[index].path) ? 0.5 : 1
        return .normal(
          value.shape, standardDeviation: share * (2 * Float.pi).squareRoot() / inputs,
          using: &random)
      })
  }

  /// Returns whether a layer reads what one other layer, an activation as a rule, makes of a sum.
  private func isBehindSum(_ node: Node) -> Bool {
    guard let between = maker(of: node.inputs[0]) else { return false }
    return maker(of: between.inputs[0])?.layer is Addition
  }

  /// Returns the node that makes a value; nil for the input.
  private func maker(of value: Int) -> Node? { value == 0 ? nil : nodes[value - 1] }
}
