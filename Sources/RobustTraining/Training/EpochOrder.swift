import Tensors

/// The order in which an epoch visits the training data, as a pure function of seed and epoch.
///
/// Each epoch has a random permutation of the training examples, drawn from a separate stream. So a
/// run that is resumed in the middle of an epoch takes the examples that an uninterrupted one
/// takes, and a checkpoint need not hold the order. ``TrainingRun/order`` makes it, and
/// ``TrainingRun/advance(_:)`` takes one step's share of it.
package struct EpochOrder: Sendable {
  /// The epoch that the order is for, from 0.
  let epoch: Int
  /// The positions of all training examples, each once.
  private let order: [Int]
  private let batchSize: Int

  /// Draws the order of an epoch.
  ///
  /// - Parameters:
  ///   - examples: The number of training examples.
  ///   - batchSize: The number of examples that ``indices(ofStep:)`` gives at once.
  init(epoch: Int, examples: Int, batchSize: Int, seed: UInt64) {
    self.epoch = epoch
    self.batchSize = batchSize
    var random = RandomSource(seed: seed, purpose: "order", index: epoch)
    order = random.permutation(examples)
  }

  /// Steps of the epoch, the last of which may have fewer examples.
  var stepCount: Int { (order.count + batchSize - 1) / batchSize }

  /// Returns the examples of a step, as positions in ``HoldoutSplit/training``.
  ///
  /// - Parameter step: The step within the epoch, from 0; it must not be behind the epoch's last
  ///   one. The last step may have fewer examples than the others.
  func indices(ofStep step: Int) -> ArraySlice<Int> {
    order[(step * batchSize)..<min((step + 1) * batchSize, order.count)]
  }
}
