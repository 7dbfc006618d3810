import Networks
import Tensors

/// How lower bounds of a specification are computed.
public enum BoundMethod: Sendable, Hashable {
  /// Interval bound propagation (Gowal et al. 2018; Mirman et al. 2018).
  case interval
  /// One backward pass on interval pre-activation bounds (Zhang et al. 2020).
  case crownIBP(slope: ReLUSlope = .adaptive)
  /// Backward passes for every pre-activation bound too (Zhang et al. 2018).
  case crown(slope: ReLUSlope = .adaptive)
}

extension BoundMethod {
  /// Examples that are best bounded at once, so that what they need stays near a core. Full CROWN
  /// takes one: its rows are the neurons that any of the examples leaves undecided.
  public var examplesAtOnce: Int {
    switch self {
    case .interval: 125
    case .crownIBP: 16
    case .crown: 1
    }
  }
}

extension BoundMethod: CustomStringConvertible {
  public static let names = ["ibp", "crown-ibp", "crown"]

  /// A method by name: "ibp", "crown-ibp" or "crown"; nil for any other.
  public init?(name: String, slope: ReLUSlope = .adaptive) {
    switch name {
    case "ibp": self = .interval
    case "crown-ibp": self = .crownIBP(slope: slope)
    case "crown": self = .crown(slope: slope)
    default: return nil
    }
  }

  public var description: String {
    switch self {
    case .interval: "ibp"
    case .crownIBP: "crown-ibp"
    case .crown: "crown"
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
  }
  return bounds.linearBounds(specification, slope: slope, rowLimit: rowLimit)
}

extension BoundPropagation {
  /// ``linearBounds(_:slope:)``, at most `rowLimit` rows at a time.
  fileprivate func linearBounds(
    _ specification: Specification, slope: ReLUSlope, rowLimit: Int
  ) -> Tensor {
    let form = elided(specification)
    guard form.rows > rowLimit else { return linearBounds(of: form, slope: slope) }
    var result = Tensor.zeros([input.batch, form.rows])
    for start in stride(from: 0, to: form.rows, by: rowLimit) {
      let range = start..<min(start + rowLimit, form.rows)
      let part = form.rows(range)
      result.setColumns(range, to: linearBounds(of: part, slope: slope))
    }
    return result
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
}
