import Networks
import Tensors

extension BoundedNetwork {
  /// Bounds a specification on the outputs from below, for every input in the perturbation sets
  /// around a batch. It is the shortest way from a network to bounds; to try several methods on the
  /// same inputs, keep the ``Bounding`` that ``bounding(over:)`` makes.
  ///
  /// C·f(x') + offset ≥ result for every x' in the set, for f as the network's ``arithmetic`` has it.
  /// NaN and infinity in a result mean that nothing is known.
  ///
  /// - Parameters:
  ///   - specification: Rows C over the outputs, such as ``Specification/margins(of:classes:)``.
  ///   - inputs: [batch, …input shape].
  ///   - set: The norm, ε in raw input units, and the domain of inputs.
  ///   - method: How bounds are computed, from fast to tight (``BoundMethod``).
  ///   - budget: What time and memory may be spent.
  /// - Returns: [batch, S].
  /// - Throws: ``BoundsError/input(_:)`` for inputs and ``BoundsError/specification(_:)`` for rows
  ///   that do not fit the network.
  public func lowerBounds(
    of specification: Specification, around inputs: Tensor, within set: Perturbation,
    by method: BoundMethod, budget: Budget = Budget()
  ) throws(BoundsError) -> Tensor {
    try lowerBounds(
      of: specification, over: set.region(around: inputs, in: arithmetic), by: method,
      budget: budget)
  }

  /// Bounds a specification on the outputs from below, for every input in a batch of regions: boxes
  /// with separate ends for each scalar, for instance, as properties have them.
  ///
  /// - Parameter region: Sets of inputs, with the centre [batch, …input shape].
  /// - Returns: [batch, S].
  /// - Throws: ``BoundsError/input(_:)`` for regions and ``BoundsError/specification(_:)`` for rows
  ///   that do not fit the network.
  public func lowerBounds(
    of specification: Specification, over region: Region, by method: BoundMethod,
    budget: Budget = Budget()
  ) throws(BoundsError) -> Tensor {
    try check(region.center, specification)
    var bounding = bounding(over: region)
    return bounding.lowerBounds(of: specification, by: method, budget: budget)
  }

  /// Refuses inputs that are not of the network's input shape, and a specification of another batch
  /// or of other outputs.
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
