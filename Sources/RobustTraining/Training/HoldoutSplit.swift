import Datasets
import Tensors

/// Training data with a part kept aside for choosing the best epoch, never trained on.
package struct HoldoutSplit: Sendable {
  package let data: LabeledImages
  /// Indices into the data, ascending.
  package let training: [Int]
  package let heldOut: [Int]

  /// Draws both parts at random by the seed; with `trainExamples` some are in neither.
  package init(_ data: LabeledImages, holdout: Int, trainExamples: Int? = nil, seed: UInt64) {
    self.data = data
    var random = RandomSource(seed: seed, purpose: "holdout")
    let isWhole = holdout == 0 && trainExamples == nil
    let order = isWhole ? Array(0..<data.count) : random.permutation(data.count)
    heldOut = order.prefix(holdout).sorted()
    training = order.dropFirst(holdout).prefix(trainExamples ?? data.count).sorted()
  }

  /// Images [count, H, W, C] in [0, 1] and labels of some training positions,
  /// augmented as `plan` says for an epoch.
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
