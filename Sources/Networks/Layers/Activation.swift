import Relaxations
import Tensors

/// A scalar function applied elementwise; ReLU is a layer of its own.
package struct Activation: Layer {
  package static let kind = "Activation"

  package let function: ActivationFunction

  /// - Parameter function: With settings in the ranges that ``ActivationFunction`` gives; the
  ///   bounds of others would not hold.
  package init(_ function: ActivationFunction) {
    precondition(function.isBounded, "\(function) has no bounds")
    self.function = function
  }

  package var keepsOrder: Bool { true }

  package func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] { input }

  package func forward(_ input: Tensor) -> Tensor { activation(function, input) }
}
