/// Returns x · scale + shift with one scale and one shift for each channel of the last axis, both
/// [channels]; nil stands for no shift.
package func channelAffine(_ x: Tensor, scale: Tensor, shift: Tensor?) -> Tensor {
  let kernels = x.device.matrices
  let (array, factors) = (x.array, scale.array)
  let output = kernels.channelAffine(array, scale: factors, shift: shift?.array)
  return recorded(output, from: [x, scale] + (shift.map { [$0] } ?? [])) { gradient in
    [
      x.isTracked ? kernels.channelAffine(gradient, scale: factors, shift: nil) : nil,
      scale.isTracked ? kernels.channelProducts(array, gradient) : nil,
      shift?.isTracked == true ? kernels.columnSums(gradient) : nil,
    ]
  }
}

/// Returns the mean and the variance of each channel over all other axes: […, channels] → two of
/// [channels].
///
/// The variance is the mean squared deviation, divided by the number of positions, as batch
/// normalisation uses it in training. Sums are in Double.
package func channelMoments(_ x: Tensor) -> (mean: Tensor, variance: Tensor) {
  let (kernels, array) = (x.device.matrices, x.array)
  let output = kernels.channelMoments(array)
  let both = recorded([output.mean, output.variance], from: [x]) { gradients in
    [
      kernels.channelMomentsGradient(
        array, mean: output.mean, meanGradient: gradients[0] ?? output.mean.zeros,
        varianceGradient: gradients[1] ?? output.mean.zeros)
    ]
  }
  return (both[0], both[1])
}

/// Joins tensors side by side along the last axis: […, C₁], […, C₂], … → […, C₁ + C₂ + …].
///
/// - Precondition: There is at least one, and the other extents agree.
package func joinedChannels(_ parts: [Tensor]) -> Tensor {
  precondition(!parts.isEmpty, "nothing to join")
  let kernels = parts[0].device.arrangements
  let ranges = channelRanges(parts.map { $0.shape.last! })
  return recorded(kernels.joinedChannels(parts.map(\.array)), from: parts) { gradient in
    ranges.map { kernels.channels(gradient, $0) }
  }
}

/// Cuts a tensor along the last axis into parts of the given sizes: the inverse of
/// ``joinedChannels(_:)``.
///
/// - Precondition: The sizes sum to the last extent.
package func splitChannels(_ x: Tensor, into sizes: [Int]) -> [Tensor] {
  precondition(sizes.reduce(0, +) == x.shape.last, "parts \(sizes) of shape \(x.shape)")
  let kernels = x.device.arrangements
  let parts = channelRanges(sizes).map { kernels.channels(x.array, $0) }
  return recorded(parts, from: [x]) { gradients in
    [kernels.joinedChannels(zip(parts, gradients).map { $1 ?? $0.zeros })]
  }
}

/// Returns the channels of each part where parts of these sizes lie side by side.
private func channelRanges(_ sizes: [Int]) -> [Range<Int>] {
  var start = 0
  return sizes.map { size in
    defer { start += size }
    return start..<start + size
  }
}
