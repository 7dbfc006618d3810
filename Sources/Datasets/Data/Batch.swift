import Tensors

extension LabeledImages {
  /// Gathers some examples into a batch that a network can be applied to.
  ///
  /// This is the only way from stored bytes to tensors for training, selection, attacks and
  /// certification alike. A byte b becomes the number b/255, so that ε is in raw pixel units
  /// everywhere. Normalisation by means and deviations is a layer of the network, never a property
  /// of the batch.
  ///
  /// - Parameter indices: The examples, each in `0..<count`, in any order; an index may occur
  ///   twice.
  /// - Returns: Images of shape [indices.count, height, width, channels] with values in [0, 1], and
  ///   the labels in the same order.
  /// - Precondition: Every index lies in `0..<count`.
  /// - Complexity: O(indices.count · `imageSize`).
  public func batch(_ indices: some Collection<Int>) -> (images: Tensor, labels: [Int]) {
    (
      Tensor(bytes: pixels, rows: indices, shape: [height, width, channels]),
      indices.map { Int(labels[$0]) }
    )
  }
}
