import CKernels

/// Mean and variance of each channel, summed in Double over runs of positions whose number does not
/// depend on the threads, so that neither do the results.
enum MomentsKernel {
  private static let runs = 32

  static func forward(_ x: Tensor) -> (mean: Tensor, variance: Tensor) {
    let channels = x.shape.last!
    let positions = Double(x.count / max(channels, 1))
    let mean = Tensor(
      shape: [channels],
      means(of: x, positions) { from, count, sums in
        ck_channel_sums(from, count, channels, sums)
      })
    let variance = means(of: x, positions) { from, count, sums in
      ck_channel_deviations(from, mean.pointer, count, channels, sums)
    }
    keepAlive(mean)
    return (mean, Tensor(shape: [channels], variance))
  }

  /// Sums of runs by `add`, over the number of positions.
  private static func means(
    of x: Tensor, _ count: Double,
    _ add: (UnsafePointer<Float>, Int, UnsafeMutablePointer<Double>) -> Void
  ) -> [Float] {
    let channels = x.shape.last!
    let positions = x.count / max(channels, 1)
    var sums = [Double](repeating: 0, count: runs * channels)
    let from = x.pointer
    sums.withUnsafeMutableBufferPointer { sums in
      let start = sums.baseAddress!
      parallelRanges(runs, work: x.count) { range in
        for run in range {
          let (lower, upper) = (run * positions / runs, (run + 1) * positions / runs)
          add(from + lower * channels, upper - lower, start + run * channels)
        }
      }
    }
    keepAlive(x)
    return (0..<channels).map { channel in
      Float((0..<runs).reduce(0) { $0 + sums[$1 * channels + channel] } / count)
    }
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
