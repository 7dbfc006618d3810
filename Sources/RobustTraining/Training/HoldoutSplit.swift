import Formats
import Tensors

/// Training data with a part kept aside for choosing the best epoch, never trained on.
public struct HoldoutSplit: Sendable {
  public let data: LabeledImages
  /// Indices into the data, ascending.
  public let training: [Int]
  public let heldOut: [Int]

  /// Draws both parts at random by the seed; with `trainExamples` some are in neither.
  public init(_ data: LabeledImages, holdout: Int, trainExamples: Int? = nil, seed: UInt64) {
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

extension LabeledImages {
  /// Images [count, H, W, C] in [0, 1] and labels of some examples.
  public func batch(_ indices: some Collection<Int>) -> (images: Tensor, labels: [Int]) {
    (
      Tensor(bytes: pixels, rows: indices, shape: [height, width, channels]),
      indices.map { Int(labels[$0]) }
    )
  }
}

/// The order in which an epoch visits the training data: a function of seed and epoch.
public struct EpochOrder: Sendable {
  let epoch: Int
  private let order: [Int]
  private let batchSize: Int

  init(epoch: Int, examples: Int, batchSize: Int, seed: UInt64) {
    self.epoch = epoch
    self.batchSize = batchSize
    var random = RandomSource(seed: seed, purpose: "order", index: epoch)
    order = random.permutation(examples)
  }

  func indices(ofStep step: Int) -> ArraySlice<Int> {
    order[(step * batchSize)..<min((step + 1) * batchSize, order.count)]
  }
}
