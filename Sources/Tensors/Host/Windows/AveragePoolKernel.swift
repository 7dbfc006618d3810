import CKernels

/// Means over windows of images [N, H, W, C].
struct AveragePoolKernel {
  let window: PoolingWindow
  /// Whether zeros of the padding count.
  let countsPadding: Bool

  private func outputShape(_ image: [Int]) -> [Int] {
    guard let output = window.outputShape(image) else {
      preconditionFailure("a window \(window) is larger than the image \(image)")
    }
    return output
  }

  private func factor(_ place: PoolingWindow.Place) -> Float {
    1 / Float(countsPadding ? window.height * window.width : max(place.rows * place.columns, 1))
  }

  /// → [N, H', W', C].
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

  /// The transpose: [N, H', W', C] → [N, H, W, C].
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
