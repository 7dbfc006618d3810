import CKernels

/// Mean and variance of each channel.
enum MomentsKernel {
  static func forward(_ x: Tensor) -> (mean: Tensor, variance: Tensor) {
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

  /// With P positions: ∂mean/∂x = 1/P, ∂variance/∂x = 2(x − mean)/P.
  static func backward(
    _ x: Tensor, mean: Tensor, meanGradient: Tensor, varianceGradient: Tensor
  ) -> Tensor {
    let positions = Float(x.count / max(mean.count, 1))
    let scale = varianceGradient * (2 / positions)
    return ChannelKernel.affine(x, scale, meanGradient * (1 / positions) - scale.scaled(by: mean))
  }
}
