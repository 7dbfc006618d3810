import Networks
import Tensors

/// A batch in parts that are computed side by side (``Lanes``).
///
/// There are enough parts for every thread and for a part's tensors to stay near the cores, and no
/// more than the weights allow, which each part reads and whose gradients each writes. Up to that
/// number, which is a power of two, the number of threads does not change the parts, nor a bit of
/// the result. Where weights too many for a cache outweigh the whole batch (dm-large below batch
/// 116) it stays in one part, whose kernels share the threads; bits then depend on their number. So
/// it does where statistics of the whole batch are needed.
struct BatchParts {
  private let positions: ArraySlice<Int>
  let count: Int

  /// Bytes of a part that stay near a core (measured: beyond it steps slow down by some 10%).
  private static let bytes = 4e6
  /// Flops per parameter that make up for reading it and writing its gradient (likewise).
  private static let flopsPerParameter = 3000.0

  /// Parameters that stay in a cache.
  private static let cachedParameters = 2_000_000

  /// - Parameter batchSize: Examples of a whole batch, by which the parts are chosen; the last one
  ///   of an epoch may be smaller.
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

  /// The least power of two that is not below `value`.
  private static func powerOfTwo(above value: Double) -> Int {
    var power = 1
    while Double(power) < min(value, 1024) { power *= 2 }
    return power
  }

  /// The positions of a part.
  subscript(part: Int) -> ArraySlice<Int> {
    positions[bound(part)..<bound(part + 1)]
  }

  private func bound(_ part: Int) -> Int {
    positions.startIndex + part * positions.count / count
  }

  /// The share of the batch that a part is.
  func weight(of part: Int) -> Float { Float(self[part].count) / Float(positions.count) }
}
