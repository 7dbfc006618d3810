import Datasets
import Tensors

/// Training data with a part kept aside for choosing the best epoch, which is never trained on.
///
/// A ``TrainingRun`` makes one from its data at the start. The two parts share no example. Both are
/// functions of the seed and the numbers asked for, so that a resumed run holds the same examples
/// out.
package struct HoldoutSplit: Sendable {
  /// All training data, both parts and what is in neither.
  package let data: LabeledImages
  /// Indices into ``data`` of the examples that are trained on, ascending.
  package let training: [Int]
  /// Indices into ``data`` of the examples kept aside, ascending; empty for none.
  package let heldOut: [Int]

  /// Draws both parts at random by the seed.
  ///
  /// - Parameters:
  ///   - holdout: How many examples are kept aside.
  ///   - trainExamples: How many of the others are trained on, at most; the rest is in neither
  ///     part. nil for all.
  /// - Precondition: Neither number is negative.
  package init(_ data: LabeledImages, holdout: Int, trainExamples: Int? = nil, seed: UInt64) {
    self.data = data
    var random = RandomSource(seed: seed, purpose: "holdout")
    let isWhole = holdout == 0 && trainExamples == nil
    let order = isWhole ? Array(0..<data.count) : random.permutation(data.count)
    heldOut = order.prefix(holdout).sorted()
    training = order.dropFirst(holdout).prefix(trainExamples ?? data.count).sorted()
  }

  /// Returns some training examples, augmented as `plan` asks for in an epoch.
  ///
  /// - Parameters:
  ///   - positions: Positions in ``training``, as an ``EpochOrder`` gives them.
  ///   - epoch: The epoch from 0, on which the random changes depend.
  /// - Returns: Images [count, H, W, C] in [0, 1], and their labels.
  func batch(
    _ positions: ArraySlice<Int>, _ plan: TrainingPlan, epoch: Int
  ) -> (images: Tensor, labels: [Int]) {
    let indices = positions.map { training[$0] }
    guard !plan.augmentation.isIdentity else { return data.batch(indices) }
    let pixels = plan.augmentation.pixels(of: data, indices, seed: plan.seed, epoch: epoch)
    let shape = [data.height, data.width, data.channels]
    return (
      Tensor(bytes: pixels, rows: 0..<indices.count, shape: shape),
      indices.map { Int(data.labels[$0]) }
    )
  }
}
