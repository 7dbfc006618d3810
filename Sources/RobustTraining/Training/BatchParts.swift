import Networks
import Tensors

/// A batch in parts that are computed side by side (``Lanes``), each wholly on one thread.
///
/// There are enough parts for every thread and for a part's tensors to stay near the cores, and no
/// more than the weights allow, which each part reads and whose gradients each part writes. Up to
/// that number, which is a power of two, the number of threads changes neither the parts nor a bit
/// of the result.
///
/// Two kinds of batches stay in one part, whose kernels share the threads; the bits then depend on
/// the number of threads. In one, weights too many for a cache outweigh the whole batch (dm-large
/// below batch 116). In the other, BatchNorm layers need the statistics of the whole batch.
struct BatchParts {
  /// The examples of the batch, in its order.
  private let positions: ArraySlice<Int>
  /// The number of parts, at least 1.
  let count: Int

  /// The bytes of a part that stay near a core (measured: beyond it steps slow down by some 10%).
  private static let bytes = 4e6
  /// The flops per parameter that make up for reading it and writing its gradient (measured
  /// likewise).
  private static let flopsPerParameter = 3000.0

  /// The number of parameters that stay in a cache.
  private static let cachedParameters = 2_000_000

  /// Chooses the number of parts for a batch.
  ///
  /// - Parameters:
  ///   - positions: The examples of the batch.
  ///   - batchSize: The number of examples in a whole batch, by which the parts are chosen; the
  ///     last batch of an epoch may be smaller.
  ///   - cost: What one example costs with this network and objective.
  init(_ positions: ArraySlice<Int>, batchSize: Int, cost: StepCost, network: Network) {
    let (examples, parameters) = (Double(batchSize), network.parameterCount)
    let wanted = examples * cost.bytes / Self.bytes
    let bearable = examples * cost.flops / (Self.flopsPerParameter * Double(max(parameters, 1)))
    let best = max(2, min(Self.powerOfTwo(above: wanted), Self.powerOfTwo(above: bearable / 2)))
    self.positions = positions
    let isWhole =
      network.usesBatchStatistics || (bearable < 4 && parameters > Self.cachedParameters)
    count = isWhole ? 1 : min(max(best, Threads.count), max(positions.count, 1))
  }

  /// The least power of two that is not below `value`, and at most 1024.
  private static func powerOfTwo(above value: Double) -> Int {
    var power = 1
    while Double(power) < min(value, 1024) { power *= 2 }
    return power
  }

  /// The positions of a part. Parts are of equal size but for one example.
  subscript(part: Int) -> ArraySlice<Int> {
    positions[bound(part)..<bound(part + 1)]
  }

  /// Where a part begins among the positions.
  private func bound(_ part: Int) -> Int {
    positions.startIndex + part * positions.count / count
  }

  /// The share of the batch that a part is: parts' mean losses times their weights sum up to the
  /// mean loss of the batch.
  func weight(of part: Int) -> Float { Float(self[part].count) / Float(positions.count) }
}
