import CKernels

/// Mean and variance of each channel, for batch normalisation in training.
enum MomentsKernel {
  /// Returns both moments in two passes: the second sums (x − mean)², which the difference of two
  /// sums would lose to cancellation where the mean is large.
  static func forward(_ x: DeviceArray) -> (mean: DeviceArray, variance: DeviceArray) {
    let channels = x.shape.last!
    let positions = Double(x.count / max(channels, 1))
    let from = x.pointer
    let mean = ChannelKernel.sums(of: x, over: positions) { start, count, sums in
      ck_channel_sums(from + start, count, channels, sums)
    }
    let variance = ChannelKernel.sums(of: x, over: positions) { start, count, sums in
      ck_channel_deviations(from + start, mean.pointer, count, channels, sums)
    }
    keepAlive(x, mean)
    return (mean, variance)
  }

  /// Returns the gradient of x. With P positions: ∂mean/∂x = 1/P, ∂variance/∂x = 2(x − mean)/P.
  ///
  /// This is an affine map of x for each channel, with scale s = 2·g_variance/P and shift g_mean/P
  /// − s·mean.
  static func backward(
    _ x: DeviceArray, mean: DeviceArray, meanGradient: DeviceArray, varianceGradient: DeviceArray
  ) -> DeviceArray {
    let positions = Float(x.count / max(mean.count, 1))
    let scale = ElementwiseKernel.map(varianceGradient) { $0 * (2 / positions) }
    let constant = ElementwiseKernel.map(meanGradient) { $0 * (1 / positions) }
    let centered = ElementwiseKernel.zip(scale, mean) { $0 * $1 }
    return ChannelKernel.affine(x, scale, ElementwiseKernel.zip(constant, centered) { $0 - $1 })
  }
}
