import Tensors

extension LabeledImages {
  /// Images [count, H, W, C] in [0, 1] and labels of some examples.
  public func batch(_ indices: some Collection<Int>) -> (images: Tensor, labels: [Int]) {
    (
      Tensor(bytes: pixels, rows: indices, shape: [height, width, channels]),
      indices.map { Int(labels[$0]) }
    )
  }
}
