import CKernels

/// Loops over the last axis of a tensor.
enum ChannelKernel {
  static func affine(_ x: Tensor, _ scale: Tensor, _ shift: Tensor?) -> Tensor {
    let channels = scale.count
    precondition(x.shape.last == channels, "\(channels) channels against shape \(x.shape)")
    let out = result(x.shape)
    let (from, s) = (x.pointer, scale.pointer)
    let zero = Tensor.zeros([channels])
    let t = (shift ?? zero).pointer
    let positions = x.count / max(channels, 1)
    parallelRanges(positions, work: 2 * x.count) { range in
      for position in range {
        let (source, to) = (from + position * channels, out.pointer + position * channels)
        for c in 0..<channels { to[c] = source[c] * s[c] + t[c] }
      }
    }
    keepAlive(x, scale, shift, zero)
    return out.tensor
  }

  /// Σ x·y of each channel.
  static func products(_ x: Tensor, _ y: Tensor) -> Tensor {
    precondition(x.count == y.count, "shapes \(x.shape) and \(y.shape) differ")
    let (a, b, channels) = (x.pointer, y.pointer, x.shape.last!)
    defer { keepAlive(x, y) }
    return sums(of: x) { start, count, sums in
      ck_channel_products(a + start, b + start, count, channels, sums)
    }
  }

  /// One sum for each channel over all positions, divided by a number: [channels].
  ///
  /// - Parameter add: Adds, to one sum for each channel, those of so many positions from a scalar
  ///   on.
  static func sums(
    of x: Tensor, over divisor: Double = 1,
    _ add: (_ start: Int, _ count: Int, UnsafeMutablePointer<Double>) -> Void
  ) -> Tensor {
    let channels = x.shape.last!
    let sums = sumsOfRuns(x.count / max(channels, 1), width: channels, work: x.count) {
      positions, sums in
      add(positions.lowerBound * channels, positions.count, sums)
    }
    return Tensor(shape: [channels], sums.map { Float($0 / divisor) })
  }

  /// Channels `range` of x's.
  static func slice(_ x: Tensor, _ range: Range<Int>) -> Tensor {
    let channels = x.shape.last!
    precondition(0 <= range.lowerBound && range.upperBound <= channels, "channels out of range")
    let out = result(x.shape.dropLast() + [range.count])
    let from = x.pointer
    let positions = x.count / max(channels, 1)
    parallelRanges(positions, work: out.tensor.count) { part in
      for position in part {
        (out.pointer + position * range.count).update(
          from: from + position * channels + range.lowerBound, count: range.count)
      }
    }
    keepAlive(x)
    return out.tensor
  }

  /// Tensors side by side along the last axis.
  static func joined(_ parts: [Tensor]) -> Tensor {
    let channels = parts.reduce(0) { $0 + $1.shape.last! }
    let out = result(parts[0].shape.dropLast() + [channels])
    var start = 0
    for part in parts {
      precondition(part.shape.dropLast() == parts[0].shape.dropLast(), "parts of other extents")
      let (own, from, offset) = (part.shape.last!, part.pointer, start)
      parallelRanges(part.count / max(own, 1), work: part.count) { positions in
        for position in positions {
          (out.pointer + position * channels + offset).update(
            from: from + position * own, count: own)
        }
      }
      keepAlive(part)
      start += own
    }
    return out.tensor
  }
}
