import CKernels

/// Means over windows of images [N, H, W, C], and the transpose of that map. Images are shared
/// among the threads; a thread handles all channels of a window at once, since they are neighbours
/// in memory.
struct AveragePoolKernel {
  /// The windows over an image.
  let window: PoolingWindow
  /// Whether zeros of the padding count.
  let countsPadding: Bool

  /// Returns [H', W', C]. It traps where a window does not fit, which layers refuse earlier.
  private func outputShape(_ image: [Int]) -> [Int] {
    guard let output = window.outputShape(image) else {
      preconditionFailure("a window \(window) is larger than the image \(image)")
    }
    return output
  }

  /// Returns the number that the sum of a window is multiplied by: one over the positions that
  /// count.
  private func factor(_ place: PoolingWindow.Place) -> Float {
    1 / Float(countsPadding ? window.height * window.width : max(place.rows * place.columns, 1))
  }

  /// Returns the means, [N, H', W', C].
  func forward(_ images: DeviceArray) -> DeviceArray {
    let image = Array(images.shape.dropFirst())
    let output = outputShape(image)
    let out = result([images.shape[0]] + output)
    let from = images.pointer
    let (imageSize, outputSize) = (image.reduce(1, *), output.reduce(1, *))
    parallelRanges(images.shape[0], work: images.count * 4) { range in
      window.forEach(in: range, image, output) { n, place in
        ck_window_sum(
          from + n * imageSize + place.image, place.rows, image[1] * image[2], place.columns,
          image[2], factor(place), out.pointer + n * outputSize + place.output)
      }
    }
    keepAlive(images)
    return out.array
  }

  /// Applies the transpose: [N, H', W', C] → [N, H, W, C]. Windows may overlap, so the positions
  /// are sums and begin at zero.
  func transposed(_ gradient: DeviceArray, image: [Int]) -> DeviceArray {
    let output = outputShape(image)
    precondition(Array(gradient.shape.dropFirst()) == output, "gradient \(gradient.shape)")
    let out = Host.zeros([gradient.shape[0]] + image)
    let (from, to) = (gradient.pointer, UnsafeMutablePointer(mutating: out.pointer))
    let (imageSize, outputSize) = (image.reduce(1, *), output.reduce(1, *))
    parallelRanges(gradient.shape[0], work: out.count * 4) { range in
      window.forEach(in: range, image, output) { n, place in
        ck_window_spread(
          from + n * outputSize + place.output, place.rows, image[1] * image[2], place.columns,
          image[2], factor(place), to + n * imageSize + place.image)
      }
    }
    keepAlive(gradient)
    return out
  }
}
