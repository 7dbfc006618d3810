/// Per-channel affine map of the last axis: x · scale + shift, both [channels].
public func channelAffine(_ x: Tensor, scale: Tensor, shift: Tensor?) -> Tensor {
  let output = ChannelKernel.affine(x, scale, shift)
  return recorded(output, from: [x, scale] + (shift.map { [$0] } ?? [])) { gradient in
    [
      x.isTracked ? ChannelKernel.affine(gradient, scale, nil) : nil,
      scale.isTracked ? ChannelKernel.products(x, gradient) : nil,
      shift?.isTracked == true ? MatrixKernel.columnSums(gradient) : nil,
    ]
  }
}

/// Mean and variance (the mean squared deviation) of each channel over all other axes:
/// […, channels] → two of [channels].
public func channelMoments(_ x: Tensor) -> (mean: Tensor, variance: Tensor) {
  let output = MomentsKernel.forward(x)
  let both = recorded([output.mean, output.variance], from: [x]) { gradients in
    [
      MomentsKernel.backward(
        x, mean: output.mean, meanGradient: gradients[0] ?? .zeros(output.mean.shape),
        varianceGradient: gradients[1] ?? .zeros(output.mean.shape))
    ]
  }
  return (both[0], both[1])
}

/// Tensors side by side along the last axis: […, C₁], […, C₂], … → […, C₁ + C₂ + …].
public func joinedChannels(_ parts: [Tensor]) -> Tensor {
  precondition(!parts.isEmpty, "nothing to join")
  let ranges = channelRanges(parts.map { $0.shape.last! })
  return recorded(ChannelKernel.joined(parts), from: parts) { gradient in
    ranges.map { ChannelKernel.slice(gradient, $0) }
  }
}

/// A tensor cut along the last axis into parts of the given sizes: the inverse of
/// ``joinedChannels(_:)``.
public func splitChannels(_ x: Tensor, into sizes: [Int]) -> [Tensor] {
  precondition(sizes.reduce(0, +) == x.shape.last, "parts \(sizes) of shape \(x.shape)")
  let parts = channelRanges(sizes).map { ChannelKernel.slice(x, $0) }
  return recorded(parts, from: [x]) { gradients in
    [ChannelKernel.joined(zip(parts, gradients).map { $1 ?? .zeros($0.shape) })]
  }
}

private func channelRanges(_ sizes: [Int]) -> [Range<Int>] {
  var start = 0
  return sizes.map { size in
    defer { start += size }
    return start..<start + size
  }
}
