import Tensors

/// max(x, 0) + a·min(x, 0) with a trained slope a for each channel (the last axis), or one for all
/// (He et al. 2015).
///
/// Any real slope will do, so training cannot leave the range in which bounds hold: with −1 it is
/// the absolute value, above 1 it is concave.
package struct PReLU: Layer {
  package static let kind = "PReLU"

  /// The trained slopes below 0, [channels], or [1] for one that all channels share.
  package var weight: Tensor

  /// Makes a layer of its slopes.
  ///
  /// - Parameter weight: The slopes below 0, [channels], or [1] for a single one.
  /// - Precondition: The tensor has one axis.
  package init(weight: Tensor) {
    precondition(weight.shape.count == 1, "slopes \(weight.shape) of a PReLU")
    self.weight = weight
  }

  /// Makes a layer with the same slope for all channels, such as −1 for the absolute value.
  package init(slope: Float) { self.init(weight: Tensor(shape: [1], [slope])) }

  package var keepsOrder: Bool { true }

  package func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
    guard let channels = input.last, weight.count == 1 || weight.count == channels else {
      throw ShapeMismatch(expected: "\(weight.count) channels", found: input)
    }
    return input
  }

  /// Returns the slope of each channel, [channels]; a shared one is repeated.
  package func slopes(channels: Int) -> Tensor {
    weight.count == channels ? weight : weight.repeated(channels)
  }

  package func forward(_ input: Tensor) -> Tensor {
    // min(x, 0) = −max(−x, 0), so f(x) = max(x, 0) − a·max(−x, 0), which two ReLUs compute.
    relu(input)
      - channelAffine(relu(input * -1), scale: slopes(channels: input.shape.last!), shift: nil)
  }

  package var parameters: [(name: String, value: Tensor)] { [("weight", weight)] }

  package func replacingTensors(
    _ transform: (String, Tensor) throws -> Tensor
  ) rethrows -> PReLU {
    PReLU(weight: try transform("weight", weight))
  }
}
