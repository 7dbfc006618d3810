import CKernels

/// Sums over the positions of each channel, in Double over runs whose number does not depend on the
/// threads, so that neither do the results.
enum MomentsKernel {
  private static let runs = 32

  static func forward(_ x: Tensor) -> (mean: Tensor, variance: Tensor) {
    let channels = x.shape.last!
    let positions = Double(x.count / max(channels, 1))
    let mean = sums(x, over: positions) { start, count, sums in
      ck_channel_sums(x.pointer + start, count, channels, sums)
    }
    let variance = sums(x, over: positions) { start, count, sums in
      ck_channel_deviations(x.pointer + start, mean.pointer, count, channels, sums)
    }
    keepAlive(mean)
    return (mean, variance)
  }

  /// Σ x·y of each channel.
  static func products(_ x: Tensor, _ y: Tensor) -> Tensor {
    precondition(x.count == y.count, "shapes \(x.shape) and \(y.shape) differ")
    let channels = x.shape.last!
    defer { keepAlive(y) }
    return sums(x, over: 1) { start, count, sums in
      ck_channel_products(x.pointer + start, y.pointer + start, count, channels, sums)
    }
  }

  /// The sums of runs, which `add` makes from the first scalar and the number of positions, over a
  /// number: [channels].
  private static func sums(
    _ x: Tensor, over divisor: Double,
    _ add: (Int, Int, UnsafeMutablePointer<Double>) -> Void
  ) -> Tensor {
    let channels = x.shape.last!
    let positions = x.count / max(channels, 1)
    var sums = [Double](repeating: 0, count: runs * channels)
    sums.withUnsafeMutableBufferPointer { sums in
      let start = sums.baseAddress!
      parallelRanges(runs, work: x.count) { range in
        for run in range {
          let (lower, upper) = (run * positions / runs, (run + 1) * positions / runs)
          add(lower * channels, upper - lower, start + run * channels)
        }
      }
    }
    keepAlive(x)
    return Tensor(
      shape: [channels],
      (0..<channels).map { channel in
        Float((0..<runs).reduce(0) { $0 + sums[$1 * channels + channel] } / divisor)
      })
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
