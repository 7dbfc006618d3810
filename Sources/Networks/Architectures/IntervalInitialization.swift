import Tensors

extension Network {
  /// The same network with every weight matrix and kernel but the last drawn anew, normal with standard
  /// deviation √(2π)/fan_in: intervals then keep their expected size from layer to layer (Shi et al.
  /// 2021, section 3.1).
  public func withIntervalInitialization(seed: UInt64) -> Network {
    var random = RandomSource(seed: seed, purpose: "interval initialization")
    let weights = parameters.indices.filter { parameters[$0].value.shape.count > 1 }
    return withParameters(
      parameters.indices.map { index in
        let value = parameters[index].value
        guard value.shape.count > 1, index != weights.last else { return value }
        let inputs = Float(value.count / value.shape[0])
        return .normal(
          value.shape, standardDeviation: (2 * Float.pi).squareRoot() / inputs, using: &random)
      })
  }
}
