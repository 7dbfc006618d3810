/// Whether softmax or its logarithm is meant. Both have the same kernels, which differ in the last
/// step.
package enum SoftmaxScale: Sendable {
  /// Softmax, exp(x_i)/Σ exp(x_j).
  case probability
  /// Its logarithm, x_i − log Σ exp(x_j).
  case logarithm
}
