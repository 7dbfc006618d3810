import Relaxations
import Tensors

/// A scalar function applied elementwise, such as a sigmoid or a leaky ReLU; plain ReLU is a layer
/// of its own.
///
/// Which functions there are, and how they are bounded, is in the module Relaxations.
package struct Activation: Layer {
  package static let kind = "Activation"

  /// The function, with its settings.
  package let function: ActivationFunction

  /// Makes a layer of a function.
  ///
  /// - Parameter function: With settings in the ranges that ``ActivationFunction`` gives; the
  ///   bounds of others would not hold.
  /// - Precondition: The settings are in these ranges.
  package init(_ function: ActivationFunction) {
    precondition(function.isBounded, "\(function) has no bounds")
    self.function = function
  }

  package var keepsOrder: Bool { true }

  package func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] { input }

  package func forward(_ input: Tensor) -> Tensor { activation(function, input) }
}
