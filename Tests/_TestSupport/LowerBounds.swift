import Bounds
import Networks
import Tensors

/// Lower bounds of a specification by a method, from the input on; in real arithmetic where nothing
/// else is said, since most laws compare what differs by rounding alone.
package func lowerBounds(
  of network: Network, around inputs: Tensor, _ set: Perturbation, _ specification: Specification,
  by method: BoundMethod, arithmetic: Arithmetic = .real,
  memoryBudget: Int = Budget.defaultMemory
) throws(BoundsError) -> Tensor {
  try BoundedNetwork(network, arithmetic: arithmetic).lowerBounds(
    of: specification, around: inputs, within: set, by: method,
    budget: Budget(memory: memoryBudget))
}

/// The same over a batch of regions.
package func lowerBounds(
  of network: Network, over region: Region, _ specification: Specification,
  by method: BoundMethod, arithmetic: Arithmetic = .real,
  memoryBudget: Int = Budget.defaultMemory
) throws(BoundsError) -> Tensor {
  try BoundedNetwork(network, arithmetic: arithmetic).lowerBounds(
    of: specification, over: region, by: method, budget: Budget(memory: memoryBudget))
}
