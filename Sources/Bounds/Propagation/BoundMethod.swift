import Networks
import Relaxations
import Tensors

/// How lower bounds of a specification are computed.
public enum BoundMethod: Sendable, Hashable {
  /// Interval bound propagation (Gowal et al. 2018; Mirman et al. 2018).
  case interval
  /// One backward pass on interval pre-activation bounds (Zhang et al. 2020).
  case crownIBP(slope: ReLUSlope = .adaptive)
  /// Backward passes for every pre-activation bound too (Zhang et al. 2018).
  case crown(slope: ReLUSlope = .adaptive)
  /// CROWN with the slopes of undecided neurons optimised in every backward pass, for each row by
  /// itself, from those of `slope` on (Xu et al. 2021). Nowhere below ``crown(slope:)``.
  ///
  /// 20 iterations gain 99% or more of what 100 do on networks of ReLU, and 97% with sigmoid or
  /// tanh, at 7 to 35 times the cost of CROWN (sigmoid and tanh: 65). Recipes and model files don't
  /// keep another number.
  case alphaCROWN(slope: ReLUSlope = .adaptive, iterations: Int = 20)
}

extension BoundMethod {
  /// Examples that are best bounded at once, so that what they need stays near a core. Full CROWN
  /// takes one: its rows are the neurons that any of the examples leaves undecided.
  public var examplesAtOnce: Int {
    switch self {
    case .interval: 125
    case .crownIBP: 16
    case .crown, .alphaCROWN: 1
    }
  }
}

extension BoundMethod: CustomStringConvertible {
  public static let names = ["ibp", "crown-ibp", "crown", "alpha-crown"]

  /// A method by name, one of ``names``; nil for any other.
  public init?(name: String, slope: ReLUSlope = .adaptive) {
    switch name {
    case "ibp": self = .interval
    case "crown-ibp": self = .crownIBP(slope: slope)
    case "crown": self = .crown(slope: slope)
    case "alpha-crown": self = .alphaCROWN(slope: slope)
    default: return nil
    }
  }

  public var description: String {
    switch self {
    case .interval: "ibp"
    case .crownIBP: "crown-ibp"
    case .crown: "crown"
    case .alphaCROWN: "alpha-crown"
    }
  }
}

/// Lower bounds of a specification on the network's outputs, for every input in the perturbation
/// sets around a batch: [batch, S].
///
/// In real arithmetic C·f(x') + offset ≥ result for every x' in the set; rounding of Float32 is not
/// accounted for. NaN and infinity in a result mean that nothing is known.
///
/// - Parameters:
///   - inputs: [batch, …input shape].
///   - memoryBudget: Bytes that the forms of a backward pass may take; rows are processed in
///     chunks below it. It changes speed and, by summation order at most, last bits.
/// Throws ``BoundsError`` for a layer without rules and for shapes that do not fit.
public func lowerBounds(
  of network: Network, around inputs: Tensor, _ perturbation: Perturbation,
  _ specification: Specification, by method: BoundMethod, memoryBudget: Int = 1 << 29
) throws(BoundsError) -> Tensor {
  try lowerBounds(
    of: network, around: inputs, perturbation, specification, by: method,
    memoryBudget: memoryBudget, refining: .undecided)
}

/// ``lowerBounds(of:around:_:_:by:memoryBudget:)`` with a choice of neurons for full CROWN.
func lowerBounds(
  of network: Network, around inputs: Tensor, _ perturbation: Perturbation,
  _ specification: Specification, by method: BoundMethod, memoryBudget: Int = 1 << 29,
  refining neurons: RefinedNeurons
) throws(BoundsError) -> Tensor {
  try lowerBounds(
    of: network, over: perturbation.region(around: inputs), specification, by: method,
    memoryBudget: memoryBudget, refining: neurons)
}

/// Lower bounds of a specification, as above, for every input in a batch of regions: [batch, S].
///
/// Throws ``BoundsError`` for a layer without rules and for shapes that do not fit.
public func lowerBounds(
  of network: Network, over region: Region, _ specification: Specification,
  by method: BoundMethod, memoryBudget: Int = 1 << 29
) throws(BoundsError) -> Tensor {
  try lowerBounds(
    of: network, over: region, specification, by: method, memoryBudget: memoryBudget,
    refining: .undecided)
}

private func lowerBounds(
  of network: Network, over region: Region, _ specification: Specification,
  by method: BoundMethod, memoryBudget: Int, refining neurons: RefinedNeurons
) throws(BoundsError) -> Tensor {
  try network.check(region.center, specification)
  var bounds = try BoundPropagation(network, on: region)
  let rowLimit = network.rowLimit(batch: region.batch, memoryBudget: memoryBudget)
  let slope: ReLUSlope
  switch method {
  case .interval: return bounds.intervalBounds(specification)
  case .crownIBP(let chosen): slope = chosen
  case .crown(let chosen):
    slope = chosen
    bounds.tightenPreactivations(slope: slope, rowLimit: rowLimit, neurons)
  case .alphaCROWN(let start, let iterations):
    return bounds.optimizedBounds(
      specification, slope: start, by: SlopeAscent(iterations: iterations), rowLimit: rowLimit,
      ascentRowLimit: network.ascentRowLimit(
        batch: region.batch, memoryBudget: memoryBudget), neurons)
  }
  return bounds.inChunks(of: rowLimit, bounds.elided(specification)) {
    bounds.linearBounds(of: $0, slope: slope)
  }
}

extension Network {
  fileprivate func check(
    _ inputs: Tensor, _ specification: Specification
  ) throws(BoundsError) {
    guard Array(inputs.shape.dropFirst()) == inputShape else {
      throw .input("inputs \(inputs.shape) for a network on \(inputShape)")
    }
    let batch = specification.rows.shape[0]
    guard batch == 1 || batch == inputs.shape[0], specification.rows.shape[2] == classes else {
      throw .specification(
        "specification \(specification.rows.shape) for \(inputs.shape[0]) inputs and "
          + "\(classes) outputs")
    }
  }

  /// Rows whose forms, a handful of copies of the largest layer each, fit the budget and a cache.
  fileprivate func rowLimit(batch: Int, memoryBudget: Int) -> Int {
    let largest = nodes.map { max($0.inputShape.reduce(1, *), $0.outputShape.reduce(1, *)) }.max()
    let bytesPerRow = 4 * (largest ?? 1) * max(batch, 1) * MemoryLayout<Float>.stride
    return max(min(memoryBudget, 8 << 20) / bytesPerRow, 1)
  }

  /// Rows of an optimisation, whose tape keeps the forms over every layer beside four tensors of
  /// slopes.
  fileprivate func ascentRowLimit(batch: Int, memoryBudget: Int) -> Int {
    let scalars = nodes.reduce(0) { $0 + $1.outputShape.reduce(1, *) }
    let bytesPerRow = 6 * max(scalars, 1) * max(batch, 1) * MemoryLayout<Float>.stride
    return max(min(memoryBudget, 16 << 20) / bytesPerRow, 1)
  }
}
