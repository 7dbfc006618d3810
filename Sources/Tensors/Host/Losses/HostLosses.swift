/// Losses in one pass over the examples, in their order, on the calling thread.
struct HostLosses: LossKernels {
  /// The shift of each example in loss fusion, in Double.
  private struct Shifts: Residual {
    let values: [Double]
  }

  func crossEntropy(
    _ logits: DeviceArray, labels: [Int]
  ) -> (loss: DeviceArray, gradient: DeviceArray) { CrossEntropyKernel.labels(logits, labels) }

  func marginCrossEntropy(
    _ margins: DeviceArray
  ) -> (loss: DeviceArray, gradient: DeviceArray) { CrossEntropyKernel.margins(margins) }

  func marginCrossEntropies(
    _ margins: DeviceArray
  ) -> (losses: DeviceArray, gradient: DeviceArray) {
    let each = CrossEntropyKernel.eachMargin(margins)
    return (each.losses, each.gradient)
  }

  func divergence(
    _ p: DeviceArray, _ q: DeviceArray
  ) -> (loss: DeviceArray, byP: DeviceArray, byQ: DeviceArray) {
    CrossEntropyKernel.divergence(p, q)
  }

  func expChords(
    _ lower: DeviceArray, _ upper: DeviceArray
  ) -> (weight: DeviceArray, intercept: DeviceArray, shift: any Residual) {
    let chord = LossFusionKernel.chord(lower, upper)
    return (chord.weight, chord.intercept, Shifts(values: chord.shift))
  }

  func expChordsGradient(
    _ lower: DeviceArray, _ upper: DeviceArray, shift: any Residual, weight: DeviceArray?,
    intercept: DeviceArray?
  ) -> (lower: DeviceArray, upper: DeviceArray) {
    LossFusionKernel.chordBackward(
      lower, upper, shift: (shift as! Shifts).values, weight: weight, intercept: intercept)
  }

  func fusedCrossEntropy(
    form: DeviceArray, intercept: DeviceArray, lower: DeviceArray, shift: any Residual,
    beta: Float
  ) -> (loss: DeviceArray, form: DeviceArray, intercept: DeviceArray, lower: DeviceArray) {
    LossFusionKernel.loss(
      form: form, intercept: intercept, lower: lower, shift: (shift as! Shifts).values, beta: beta)
  }

  func boundHealth(
    _ center: DeviceArray, _ radius: DeviceArray, tolerance: Double, inputRadius: Double
  ) -> (value: Double, factors: any Residual) {
    let kernel = BoundHealthKernel(
      center, radius, tolerance: tolerance, inputRadius: inputRadius)
    return (kernel.value, kernel)
  }

  func boundHealthGradient(
    _ center: DeviceArray, _ radius: DeviceArray, factors: any Residual, times factor: Float
  ) -> (center: DeviceArray, radius: DeviceArray) {
    (factors as! BoundHealthKernel).gradients(center, radius, times: factor)
  }
}
