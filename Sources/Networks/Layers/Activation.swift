import Relaxations
import Tensors

/// A scalar function applied elementwise; ReLU is a layer of its own.
public struct Activation: Layer {
  public static let kind = "Activation"

  public let function: ActivationFunction

  /// - Parameter function: With settings in the ranges that ``ActivationFunction`` gives; the
  ///   bounds of others would not hold.
  public init(_ function: ActivationFunction) {
    precondition(function.isBounded, "\(function) has no bounds")
    self.function = function
  }

  public var keepsOrder: Bool { true }

  public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] { input }

  public func forward(_ input: Tensor) -> Tensor { activation(function, input) }
}
