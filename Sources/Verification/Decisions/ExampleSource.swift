import Datasets
import Tensors

/// Labelled inputs, wherever they are: bytes of a data set or rows of a tensor.
struct ExampleSource: Sendable {
  /// The shape of an input.
  let shape: [Int]
  /// The class of each input.
  let labels: [Int]
  /// Returns the inputs at some indices, [count, …shape].
  let images: @Sendable ([Int]) -> Tensor
  /// Returns the bytes of an input that is an image; nil for others.
  let pixels: @Sendable (Int) -> [UInt8]?

  /// The number of inputs.
  var count: Int { labels.count }

  /// Takes the images of a data set, which become pixels in [0, 1] when they are asked for.
  init(_ data: LabeledImages) {
    shape = [data.height, data.width, data.channels]
    labels = data.labels.map { Int($0) }
    images = { data.batch($0).images }
    pixels = { Array(data.image($0)) }
  }

  /// Takes the rows of a tensor.
  ///
  /// - Parameter images: The inputs, [count, …shape], as many as labels.
  init(_ images: Tensor, labels: [Int]) {
    shape = Array(images.shape.dropFirst())
    self.labels = labels
    self.images = { images.rows(at: $0) }
    pixels = { _ in nil }
  }
}
