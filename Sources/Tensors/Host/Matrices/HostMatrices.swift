/// Products by oneDNN, and loops over rows and channels by CKernels.
struct HostMatrices: MatrixKernels {
  func product(
    _ a: DeviceArray, _ b: DeviceArray, transposeA: Bool, transposeB: Bool,
    plusRow bias: DeviceArray?
  ) -> DeviceArray {
    MatrixKernel.product(a, b, transposeA: transposeA, transposeB: transposeB, plusRow: bias)
  }

  func addProduct(
    _ a: DeviceArray, _ b: DeviceArray, transposeA: Bool, transposeB: Bool,
    to sum: inout DeviceArray
  ) {
    MatrixKernel.addProduct(a, b, transposeA: transposeA, transposeB: transposeB, to: &sum)
  }

  func columnSums(_ a: DeviceArray) -> DeviceArray { MatrixKernel.columnSums(a) }

  func scaledRows(_ x: DeviceArray, by factors: DeviceArray) -> DeviceArray {
    RowScalingKernel.scaled(x, factors)
  }

  func rowProducts(_ x: DeviceArray, _ y: DeviceArray) -> DeviceArray {
    RowScalingKernel.products(x, y)
  }

  func softmax(_ scale: SoftmaxScale, _ x: DeviceArray) -> DeviceArray {
    switch scale {
    case .probability: SoftmaxKernel.forward(x)
    case .logarithm: SoftmaxKernel.logForward(x)
    }
  }

  func softmaxGradient(
    _ scale: SoftmaxScale, output: DeviceArray, _ gradient: DeviceArray
  ) -> DeviceArray {
    switch scale {
    case .probability: SoftmaxKernel.backward(output, gradient)
    case .logarithm: SoftmaxKernel.logBackward(output, gradient)
    }
  }

  func channelAffine(
    _ x: DeviceArray, scale: DeviceArray, shift: DeviceArray?
  ) -> DeviceArray { ChannelKernel.affine(x, scale, shift) }

  func channelProducts(_ x: DeviceArray, _ y: DeviceArray) -> DeviceArray {
    ChannelKernel.products(x, y)
  }

  func channelMoments(_ x: DeviceArray) -> (mean: DeviceArray, variance: DeviceArray) {
    MomentsKernel.forward(x)
  }

  func channelMomentsGradient(
    _ x: DeviceArray, mean: DeviceArray, meanGradient: DeviceArray, varianceGradient: DeviceArray
  ) -> DeviceArray {
    MomentsKernel.backward(
      x, mean: mean, meanGradient: meanGradient, varianceGradient: varianceGradient)
  }
}
