import Tensors

/// The order in which an epoch visits the training data: a function of seed and epoch.
package struct EpochOrder: Sendable {
  let epoch: Int
  private let order: [Int]
  private let batchSize: Int

  init(epoch: Int, examples: Int, batchSize: Int, seed: UInt64) {
    self.epoch = epoch
    self.batchSize = batchSize
    var random = RandomSource(seed: seed, purpose: "order", index: epoch)
    order = random.permutation(examples)
  }

  /// Steps of the epoch, the last of which may have fewer examples.
  var stepCount: Int { (order.count + batchSize - 1) / batchSize }

  func indices(ofStep step: Int) -> ArraySlice<Int> {
    order[(step * batchSize)..<min((step + 1) * batchSize, order.count)]
  }
}
