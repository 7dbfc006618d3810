import CKernels

/// One step of Adam (Kingma and Ba, 2015, algorithm 1) on one array, in place: four arrays are read
/// and three written in a single pass.
enum AdamKernel {
  /// Takes the step. Both corrections become two numbers outside the loop, learningRate/correction1
  /// and √correction2, as they are the same for all scalars.
  static func update(
    _ step: AdamStep, _ parameter: inout DeviceArray, _ first: inout DeviceArray,
    _ second: inout DeviceArray, _ gradient: DeviceArray
  ) {
    let g = gradient.pointer
    let (rate, root) = (step.learningRate / step.correction1, step.correction2.squareRoot())
    let (b1, b2, scale, eps) = (step.beta1, step.beta2, step.gradientScale, step.epsilon)
    let (p, m, v) = (parameter.ownPointer(), first.ownPointer(), second.ownPointer())
    parallelRanges(gradient.count, work: 4 * gradient.count) { range in
      let i = range.lowerBound
      ck_adam(p + i, m + i, v + i, g + i, scale, b1, b2, rate, root, eps, range.count)
    }
    keepAlive(parameter, first, second, gradient)
  }
}
