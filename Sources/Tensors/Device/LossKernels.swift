/// Losses of a batch and their gradients, in Double inside and in the order of the examples.
///
/// Probabilities below 1e-20 count as 0 in gradients: they would run through the network as
/// subnormal numbers, at a hundredth of the speed.
package protocol LossKernels: Sendable {
  /// −log softmax(logits)[label], averaged: [batch, classes] → a scalar and its gradient.
  func crossEntropy(
    _ logits: DeviceArray, labels: [Int]
  ) -> (loss: DeviceArray, gradient: DeviceArray)

  /// log(1 + Σ exp(−m)), averaged: [batch, rows] → a scalar and its gradient.
  func marginCrossEntropy(_ margins: DeviceArray) -> (loss: DeviceArray, gradient: DeviceArray)

  /// The same for each example: [batch, rows] → [batch] and the gradients of each example's loss.
  func marginCrossEntropies(
    _ margins: DeviceArray
  ) -> (losses: DeviceArray, gradient: DeviceArray)

  /// KL(softmax p ‖ softmax q) of logits [batch, classes], averaged, and its gradients.
  func divergence(
    _ p: DeviceArray, _ q: DeviceArray
  ) -> (loss: DeviceArray, byP: DeviceArray, byQ: DeviceArray)

  // MARK: Loss fusion

  /// The chords of exp(−m − shift) on [lower, upper], as intercept − weight·m: weights [batch, rows],
  /// sums of the intercepts [batch, 1], and the shift of each example, max(0, −lower), with which
  /// every exponential is at most 1.
  func expChords(
    _ lower: DeviceArray, _ upper: DeviceArray
  ) -> (weight: DeviceArray, intercept: DeviceArray, shift: any Residual)

  /// The shift is a constant, which cancels in the loss. A gradient that is nil is zero.
  func expChordsGradient(
    _ lower: DeviceArray, _ upper: DeviceArray, shift: any Residual, weight: DeviceArray?,
    intercept: DeviceArray?
  ) -> (lower: DeviceArray, upper: DeviceArray)

  /// The mean of log(1 + β·S + (1 − β)·T), where S = exp(shift)·(intercept − form) is the linear
  /// bound and T = Σ exp(−lower) the interval one, and its gradients by form and intercept (both
  /// [batch, 1]) and lower [batch, rows].
  func fusedCrossEntropy(
    form: DeviceArray, intercept: DeviceArray, lower: DeviceArray, shift: any Residual,
    beta: Float
  ) -> (loss: DeviceArray, form: DeviceArray, intercept: DeviceArray, lower: DeviceArray)

  // MARK: Regularisers

  /// The regularisers of short warm-up IBP (Shi et al. 2021, equations 8 to 10) on one layer's
  /// intervals: relu(tolerance − inputRadius / mean radius) / tolerance, plus the same for the
  /// ratios, not above 1, of the mean and of the spread of active and inactive neurons' centres.
  func boundHealth(
    _ center: DeviceArray, _ radius: DeviceArray, tolerance: Double, inputRadius: Double
  ) -> (value: Double, factors: any Residual)

  /// The gradients by centre and radius, times a number.
  func boundHealthGradient(
    _ center: DeviceArray, _ radius: DeviceArray, factors: any Residual, times factor: Float
  ) -> (center: DeviceArray, radius: DeviceArray)
}
