import Tensors

/// max(x, 0) + a·min(x, 0) with a trained slope a for each channel (the last axis), or one for all
/// (He et al. 2015). Any real slope will do: with −1 it is the absolute value.
public struct PReLU: Layer {
  public static let kind = "PReLU"

  /// [channels] or [1].
  public var weight: Tensor

  /// - Parameter weight: The slopes below 0, [channels], or [1] for a single one.
  public init(weight: Tensor) {
    precondition(weight.shape.count == 1, "slopes \(weight.shape) of a PReLU")
    self.weight = weight
  }

  /// A layer with the same slope for all channels, such as −1 for the absolute value.
  public init(slope: Float) { self.init(weight: Tensor(shape: [1], [slope])) }

  public var keepsOrder: Bool { true }

  public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
    guard let channels = input.last, weight.count == 1 || weight.count == channels else {
      throw ShapeMismatch(expected: "\(weight.count) channels", found: input)
    }
    return input
  }

  /// The slope of each channel, [channels].
  public func slopes(channels: Int) -> Tensor {
    weight.count == channels ? weight : weight.repeated(channels)
  }

  public func forward(_ input: Tensor) -> Tensor {
    relu(input)
      - channelAffine(relu(input * -1), scale: slopes(channels: input.shape.last!), shift: nil)
  }

  public var parameters: [(name: String, value: Tensor)] { [("weight", weight)] }

  public func replacingTensors(
    _ transform: (String, Tensor) throws -> Tensor
  ) rethrows -> PReLU {
    PReLU(weight: try transform("weight", weight))
  }
}
