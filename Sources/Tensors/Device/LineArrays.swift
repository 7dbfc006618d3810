/// Lines around an activation on the pre-activation intervals of a batch, all [batch, …], or their
/// gradients.
///
/// lowerSlope·h + lowerIntercept ≤ activation(h) ≤ upperSlope·h + upperIntercept for every h in the
/// interval.
package struct LineArrays: Sendable {
  package var lowerSlope: DeviceArray
  package var lowerIntercept: DeviceArray
  package var upperSlope: DeviceArray
  package var upperIntercept: DeviceArray

  /// Takes the four arrays in the order of the properties.
  package init(_ arrays: [DeviceArray]) {
    precondition(arrays.count == 4, "\(arrays.count) arrays for two lines")
    (lowerSlope, lowerIntercept) = (arrays[0], arrays[1])
    (upperSlope, upperIntercept) = (arrays[2], arrays[3])
  }

  /// The four arrays in the order of the properties.
  package var all: [DeviceArray] { [lowerSlope, lowerIntercept, upperSlope, upperIntercept] }
}
