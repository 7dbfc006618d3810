/// Lines around an activation on the pre-activation intervals of a batch, all [batch, …], or their
/// gradients.
///
/// lowerSlope·h + lowerIntercept ≤ activation(h) ≤ upperSlope·h + upperIntercept for every h in the
/// interval.
///
/// This is what ``RelaxationKernels`` and operations exchange; ``ActivationLines`` are the same
/// lines as tensors.
package struct LineArrays: Sendable {
  /// The slope of the line below the activation.
  package var lowerSlope: DeviceArray
  /// The value of the line below at h = 0, rounded down by the kernels that make it.
  package var lowerIntercept: DeviceArray
  /// The slope of the line above the activation.
  package var upperSlope: DeviceArray
  /// The value of the line above at h = 0, rounded up by the kernels that make it.
  package var upperIntercept: DeviceArray

  /// Takes the four arrays in the order of the properties, all of one shape.
  ///
  /// - Precondition: There are four.
  package init(_ arrays: [DeviceArray]) {
    precondition(arrays.count == 4, "\(arrays.count) arrays for two lines")
    (lowerSlope, lowerIntercept) = (arrays[0], arrays[1])
    (upperSlope, upperIntercept) = (arrays[2], arrays[3])
  }

  /// The four arrays in the order of the properties, as an operation's outputs.
  package var all: [DeviceArray] { [lowerSlope, lowerIntercept, upperSlope, upperIntercept] }
}
