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
}
