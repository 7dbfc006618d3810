import Bounds
import Networks
import Tensors

/// Lower bounds of a specification by a method, from the input on.
package func lowerBounds(
  of network: Network, around inputs: Tensor, _ set: Perturbation, _ specification: Specification,
  by method: BoundMethod, memoryBudget: Int = Budget.defaultMemory
) throws(BoundsError) -> Tensor {
  try BoundedNetwork(network).lowerBounds(
    of: specification, around: inputs, within: set, by: method,
    budget: Budget(memory: memoryBudget))
}

/// The same over a batch of regions.
package func lowerBounds(
  of network: Network, over region: Region, _ specification: Specification,
  by method: BoundMethod, memoryBudget: Int = Budget.defaultMemory
) throws(BoundsError) -> Tensor {
  try BoundedNetwork(network).lowerBounds(
    of: specification, over: region, by: method, budget: Budget(memory: memoryBudget))
}
