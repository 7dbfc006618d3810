import Networks
import Tensors

extension BoundedNetwork {
  /// Lower bounds of a specification on the outputs, for every input in the perturbation sets around
  /// a batch: [batch, S].
  ///
  /// In real arithmetic C·f(x') + offset ≥ result for every x' in the set; the rounding of Float32 is
  /// not accounted for. NaN and infinity in a result mean that nothing is known.
  ///
  /// - Parameter inputs: [batch, …input shape].
  /// - Throws: ``BoundsError`` for shapes that do not fit.
  public func lowerBounds(
    of specification: Specification, around inputs: Tensor, within set: Perturbation,
    by method: BoundMethod, budget: Budget = Budget()
  ) throws(BoundsError) -> Tensor {
    try lowerBounds(
      of: specification, over: set.region(around: inputs), by: method, budget: budget)
  }

  /// Lower bounds of a specification for every input in a batch of regions: [batch, S].
  ///
  /// - Throws: ``BoundsError`` for shapes that do not fit.
  public func lowerBounds(
    of specification: Specification, over region: Region, by method: BoundMethod,
    budget: Budget = Budget()
  ) throws(BoundsError) -> Tensor {
    try check(region.center, specification)
    var bounding = bounding(over: region)
    return bounding.lowerBounds(of: specification, by: method, budget: budget)
  }

  private func check(
    _ inputs: Tensor, _ specification: Specification
  ) throws(BoundsError) {
    guard Array(inputs.shape.dropFirst()) == network.inputShape else {
      throw .input("inputs \(inputs.shape) for a network on \(network.inputShape)")
    }
    let batch = specification.rows.shape[0]
    guard batch == 1 || batch == inputs.shape[0], specification.rows.shape[2] == network.classes
    else {
      throw .specification(
        "specification \(specification.rows.shape) for \(inputs.shape[0]) inputs and "
          + "\(network.classes) outputs")
    }
  }
}
