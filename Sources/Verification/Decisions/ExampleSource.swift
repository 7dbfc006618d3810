import Datasets
import Tensors

/// Labelled inputs, wherever they are.
struct ExampleSource: Sendable {
  /// The shape of an input.
  let shape: [Int]
  let labels: [Int]
  /// Some inputs, [count, …shape].
  let images: @Sendable ([Int]) -> Tensor

  var count: Int { labels.count }

  init(_ data: LabeledImages) {
    shape = [data.height, data.width, data.channels]
    labels = data.labels.map { Int($0) }
    images = { data.batch($0).images }
  }

  /// - Parameter images: [count, …shape].
  init(_ images: Tensor, labels: [Int]) {
    shape = Array(images.shape.dropFirst())
    self.labels = labels
    self.images = { images.rows(at: $0) }
  }
}
