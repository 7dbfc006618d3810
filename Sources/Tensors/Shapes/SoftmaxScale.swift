/// Whether softmax or its logarithm is meant.
package enum SoftmaxScale: Sendable {
  /// exp(x_i)/Σ exp(x_j).
  case probability
  /// x_i − log Σ exp(x_j).
  case logarithm
}
