/// Losses of a batch and their gradients, in Double inside and in the order of the examples.
///
/// A loss and its gradient share their exponentials, so one kernel returns both. The gradient is
/// that of the loss itself; the operation multiplies it by the gradient of what comes after, if
/// anything does.
///
/// Probabilities below 1e-20 count as 0 in gradients: they would run through the network as
/// subnormal numbers, at a hundredth of the speed. They count in the losses.
///
/// Margins m are differences to the label's logit, one row for each other class. A lower bound of
/// each margin makes the losses robust ones: they are then upper bounds of the loss at every point
/// of the region.
package protocol LossKernels: Sendable {
  /// Returns the cross-entropy −log softmax(logits)[label], averaged over the batch, and its
  /// gradient: [batch, classes] → a scalar and [batch, classes].
  ///
  /// - Precondition: There is one label for each example, and each is below the number of classes.
  func crossEntropy(
    _ logits: DeviceArray, labels: [Int]
  ) -> (loss: DeviceArray, gradient: DeviceArray)

  /// Returns log(1 + Σ exp(−m)), averaged over the batch, and its gradient: [batch, rows] → a
  /// scalar and [batch, rows]. It is the cross-entropy of the logits −m with a 0 in the label's
  /// place.
  func marginCrossEntropy(_ margins: DeviceArray) -> (loss: DeviceArray, gradient: DeviceArray)

  /// Returns log(1 + Σ exp(−m)) of each example and its gradient: [batch, rows] → [batch] and
  /// [batch, rows], each row being the gradient of that example's loss.
  func marginCrossEntropies(
    _ margins: DeviceArray
  ) -> (losses: DeviceArray, gradient: DeviceArray)

  /// Returns the Kullback–Leibler divergence KL(softmax p ‖ softmax q) of logits [batch, classes],
  /// averaged over the batch, and its gradients by both.
  func divergence(
    _ p: DeviceArray, _ q: DeviceArray
  ) -> (loss: DeviceArray, byP: DeviceArray, byQ: DeviceArray)

  // MARK: Loss fusion

  /// Returns the chords of exp(−m − shift) over margins m in [lower, upper], written as intercept −
  /// weight·m.
  ///
  /// exp is convex, so each chord bounds it from above on the interval, and Σ exp(−m − shift) ≤ Σ
  /// intercept − Σ weight·m. The shift of an example is max(0, −lower) over its margins, with which
  /// every exponential is at most 1.
  ///
  /// - Returns: The weights, [batch, rows] and not negative; the sums of the intercepts, [batch,
  ///   1]; and the shifts, which the loss needs again.
  func expChords(
    _ lower: DeviceArray, _ upper: DeviceArray
  ) -> (weight: DeviceArray, intercept: DeviceArray, shift: any Residual)

  /// Returns the gradients of both ends for those of weights and intercepts. The shift is a
  /// constant, which cancels in the loss. A gradient that is nil is zero.
  func expChordsGradient(
    _ lower: DeviceArray, _ upper: DeviceArray, shift: any Residual, weight: DeviceArray?,
    intercept: DeviceArray?
  ) -> (lower: DeviceArray, upper: DeviceArray)

  /// Returns the mean over the batch of log(1 + β·S + (1 − β)·T) and its gradients (loss fusion, Xu
  /// et al. 2020).
  ///
  /// S = exp(shift)·(intercept − form) is the linear bound of Σ exp(−m), where `form` bounds Σ
  /// weight·m from below, and T = Σ exp(−lower) is the interval bound.
  ///
  /// - Parameters:
  ///   - form: Lower bounds of Σ weight·m, [batch, 1].
  ///   - intercept: What ``expChords(_:_:)`` returned, [batch, 1].
  ///   - lower: Lower bounds of the margins, [batch, rows].
  ///   - beta: The share β of the linear bound, from 0 to 1.
  /// - Returns: The loss, and its gradients by form and intercept, both [batch, 1], and by `lower`.
  func fusedCrossEntropy(
    form: DeviceArray, intercept: DeviceArray, lower: DeviceArray, shift: any Residual,
    beta: Float
  ) -> (loss: DeviceArray, form: DeviceArray, intercept: DeviceArray, lower: DeviceArray)

  // MARK: Regularisers

  /// Returns the regularisers of short warm-up IBP (Shi et al. 2021, equations 8 to 10) on the
  /// pre-activation intervals of one layer.
  ///
  /// The first is relu(tolerance − inputRadius / mean radius) / tolerance. The second is the same
  /// for two ratios, turned so that they are not above 1, of active and inactive neurons' centres:
  /// of their sums in magnitude, and of their spreads. A neuron is active where c − r > 0 and
  /// inactive where c + r < 0; where either kind is missing the second term is 0.
  ///
  /// - Parameters:
  ///   - tolerance: A ratio above it costs nothing.
  ///   - inputRadius: The mean radius of the network's input, a constant.
  /// - Returns: The sum of the terms, and what the gradient needs.
  func boundHealth(
    _ center: DeviceArray, _ radius: DeviceArray, tolerance: Double, inputRadius: Double
  ) -> (value: Double, factors: any Residual)

  /// Returns the gradients of ``boundHealth(_:_:tolerance:inputRadius:)`` by centre and radius,
  /// times a number. Which neurons are active is a constant.
  func boundHealthGradient(
    _ center: DeviceArray, _ radius: DeviceArray, factors: any Residual, times factor: Float
  ) -> (center: DeviceArray, radius: DeviceArray)
}
