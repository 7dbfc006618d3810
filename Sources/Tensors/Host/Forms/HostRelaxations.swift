import Relaxations

/// Loops that replace layers by lines in forms, examples or rows in parallel. A function is opened
/// here (`function.scalar`), so that its loop is compiled for it.
struct HostRelaxations: RelaxationKernels {
  func relax(
    _ form: DeviceArray, _ lines: LineArrays
  ) -> (form: DeviceArray, constant: DeviceArray) { LinearFormKernel.relax(form, lines) }

  func relaxGradient(
    _ form: DeviceArray, _ lines: LineArrays, formGradient: DeviceArray,
    constantGradient: DeviceArray
  ) -> (form: DeviceArray, lines: LineArrays) {
    LinearFormKernel.relaxBackward(
      form, lines, formGradient: formGradient, constantGradient: constantGradient)
  }

  func relaxMaxPool(
    _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray, image: [Int],
    _ window: PoolingWindow
  ) -> (form: DeviceArray, constant: DeviceArray) {
    MaxPoolFormKernel(window: window, image: image).forward(form, center, radius)
  }

  func relaxMaxPoolGradient(
    _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray, image: [Int],
    _ window: PoolingWindow, formGradient: DeviceArray, constantGradient: DeviceArray
  ) -> (form: DeviceArray, center: DeviceArray, radius: DeviceArray) {
    MaxPoolFormKernel(window: window, image: image).backward(
      form, center, radius, formGradient: formGradient, constantGradient: constantGradient)
  }
}

// MARK: ReLU

extension HostRelaxations {
  func relaxReLU(
    _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray, _ slope: ReLUSlope
  ) -> (form: DeviceArray, constant: DeviceArray) {
    ReLUFormKernel.forward(form, center, radius, slope)
  }

  func relaxReLUGradient(
    _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray, _ slope: ReLUSlope,
    formGradient: DeviceArray, constantGradient: DeviceArray
  ) -> (form: DeviceArray, center: DeviceArray, radius: DeviceArray) {
    ReLUFormKernel.backward(
      form, center, radius, slope, formGradient: formGradient, constantGradient: constantGradient)
  }

  func relaxReLU(
    _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray, alpha: DeviceArray
  ) -> (form: DeviceArray, constant: DeviceArray) {
    FreeReLUFormKernel.forward(form, center, radius, alpha)
  }

  func relaxReLUFormGradient(
    _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray, alpha: DeviceArray,
    formGradient: DeviceArray, constantGradient: DeviceArray
  ) -> DeviceArray {
    FreeReLUFormKernel.formGradient(
      form, center, radius, alpha, formGradient: formGradient, constantGradient: constantGradient)
  }

  func relaxReLUAlphaGradient(
    _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray, formGradient: DeviceArray
  ) -> DeviceArray {
    FreeReLUFormKernel.alphaGradient(form, center, radius, formGradient: formGradient)
  }
}

// MARK: Other activations

extension HostRelaxations {
  func lines(
    _ function: ActivationFunction, _ center: DeviceArray, _ radius: DeviceArray,
    _ slope: ReLUSlope
  ) -> LineArrays { ActivationKernel.lines(function.scalar, center, radius, slope) }

  func linesGradient(
    _ function: ActivationFunction, _ center: DeviceArray, _ radius: DeviceArray,
    _ slope: ReLUSlope, gradients: LineArrays
  ) -> (center: DeviceArray, radius: DeviceArray) {
    ActivationKernel.linesBackward(function.scalar, center, radius, slope, gradients: gradients)
  }

  func relax(
    _ function: ActivationFunction, _ form: DeviceArray, _ center: DeviceArray,
    _ radius: DeviceArray, alpha: DeviceArray
  ) -> (form: DeviceArray, constant: DeviceArray) {
    FreeActivationFormKernel.forward(function.scalar, form, center, radius, alpha)
  }

  func relaxGradient(
    _ function: ActivationFunction, _ form: DeviceArray, _ center: DeviceArray,
    _ radius: DeviceArray, alpha: DeviceArray, formGradient: DeviceArray,
    constantGradient: DeviceArray
  ) -> (form: DeviceArray, alpha: DeviceArray) {
    FreeActivationFormKernel.backward(
      function.scalar, form, center, radius, alpha, formGradient: formGradient,
      constantGradient: constantGradient)
  }
}

// MARK: Softmax

extension HostRelaxations {
  func intervalSoftmax(
    _ scale: SoftmaxScale, _ center: DeviceArray, _ radius: DeviceArray
  ) -> (center: DeviceArray, radius: DeviceArray) {
    SoftmaxIntervalKernel.forward(scale, center, radius)
  }

  func relaxSoftmax(
    _ scale: SoftmaxScale, _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray
  ) -> (form: DeviceArray, constant: DeviceArray) {
    SoftmaxFormKernel.forward(scale, form, center, radius)
  }

  func relaxSoftmaxGradient(
    _ scale: SoftmaxScale, _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray,
    formGradient: DeviceArray, constantGradient: DeviceArray
  ) -> DeviceArray {
    SoftmaxFormKernel.backward(
      scale, form, center, radius, formGradient: formGradient, constantGradient: constantGradient)
  }
}
