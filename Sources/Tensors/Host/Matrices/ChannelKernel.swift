import CKernels

/// Loops over the last axis of a tensor, which are the channels at one position. Positions are all
/// other axes together.
enum ChannelKernel {
  /// Returns x · scale + shift at every position. Without a shift it adds zeros, so that there is
  /// one loop only.
  static func affine(_ x: DeviceArray, _ scale: DeviceArray, _ shift: DeviceArray?) -> DeviceArray {
    let channels = scale.count
    precondition(x.shape.last == channels, "\(channels) channels against shape \(x.shape)")
    let out = result(x.shape)
    let (from, s) = (x.pointer, scale.pointer)
    let zero = Host.zeros([channels])
    let t = (shift ?? zero).pointer
    let positions = x.count / max(channels, 1)
    parallelRanges(positions, work: 2 * x.count) { range in
      for position in range {
        let (source, to) = (from + position * channels, out.pointer + position * channels)
        for c in 0..<channels { to[c] = source[c] * s[c] + t[c] }
      }
    }
    keepAlive(x, scale, shift, zero)
    return out.array
  }

  /// Returns Σ x·y of each channel over all positions, summed in Double.
  static func products(_ x: DeviceArray, _ y: DeviceArray) -> DeviceArray {
    precondition(x.count == y.count, "shapes \(x.shape) and \(y.shape) differ")
    let (a, b, channels) = (x.pointer, y.pointer, x.shape.last!)
    defer { keepAlive(x, y) }
    return sums(of: x) { start, count, sums in
      ck_channel_products(a + start, b + start, count, channels, sums)
    }
  }

  /// Returns one sum for each channel over all positions, divided by a number: [channels].
  ///
  /// The sums run over 32 runs of positions that do not depend on the threads.
  ///
  /// - Parameters:
  ///   - divisor: What the sums are divided by before they are rounded to Float, such as the number
  ///     of positions.
  ///   - add: Adds the sums of `count` positions, whose first scalar is at `start`, to one sum for
  ///     each channel.
  static func sums(
    of x: DeviceArray, over divisor: Double = 1,
    _ add: (_ start: Int, _ count: Int, UnsafeMutablePointer<Double>) -> Void
  ) -> DeviceArray {
    let channels = x.shape.last!
    let sums = sumsOfRuns(x.count / max(channels, 1), width: channels, work: x.count) {
      positions, sums in
      add(positions.lowerBound * channels, positions.count, sums)
    }
    return Host.array(shape: [channels], sums.map { Float($0 / divisor) })
  }
}
