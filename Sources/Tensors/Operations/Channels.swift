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
