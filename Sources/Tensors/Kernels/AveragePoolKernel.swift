import CKernels

/// Means over windows of images [N, H, W, C], zeros of the padding counted.
struct AveragePoolKernel {
  let kernel: Int
  let geometry: ConvolutionGeometry

  private func outputShape(_ image: [Int]) -> [Int] {
    guard let height = geometry.outputExtent(image[0], kernel: kernel),
      let width = geometry.outputExtent(image[1], kernel: kernel)
    else { preconditionFailure("a window of \(kernel) is larger than the image \(image)") }
    return [height, width, image[2]]
  }

  /// → [N, H', W', C].
  func forward(_ images: Tensor) -> Tensor {
    let image = Array(images.shape.dropFirst())
    let output = outputShape(image)
    let out = result([images.shape[0]] + output)
    let from = images.pointer
    forEachWindow(images.shape[0], image, output) { window in
      ck_window_sum(
        from + window.image, window.rows, image[1] * image[2], window.columns, image[2], factor,
        out.pointer + window.output)
    }
    keepAlive(images)
    return out.tensor
  }

  /// The transpose: [N, H', W', C] → [N, H, W, C].
  func transposed(_ gradient: Tensor, image: [Int]) -> Tensor {
    let output = outputShape(image)
    precondition(Array(gradient.shape.dropFirst()) == output, "gradient \(gradient.shape)")
    let out = Tensor.zeros([gradient.shape[0]] + image)
    let (from, to) = (gradient.pointer, UnsafeMutablePointer(mutating: out.pointer))
    forEachWindow(gradient.shape[0], image, output) { window in
      ck_window_spread(
        from + window.output, window.rows, image[1] * image[2], window.columns, image[2], factor,
        to + window.image)
    }
    keepAlive(gradient)
    return out
  }

  private var factor: Float { 1 / Float(kernel * kernel) }

  /// The part of a window inside the image: offsets of its first scalar and of its mean.
  private struct Window {
    let image, output, rows, columns: Int
  }

  private func forEachWindow(
    _ count: Int, _ image: [Int], _ output: [Int], _ body: (Window) -> Void
  ) {
    let (imageSize, outputSize) = (image.reduce(1, *), output.reduce(1, *))
    parallelRanges(count, work: count * outputSize * kernel * kernel) { range in
      for n in range {
        for y in 0..<output[0] {
          let rows = inside(y, image[0])
          for x in 0..<output[1] {
            let columns = inside(x, image[1])
            body(
              Window(
                image: n * imageSize
                  + (rows.lowerBound * image[1] + columns.lowerBound) * image[2],
                output: n * outputSize + (y * output[1] + x) * image[2], rows: rows.count,
                columns: columns.count))
          }
        }
      }
    }
  }

  private func inside(_ position: Int, _ extent: Int) -> Range<Int> {
    let start = position * geometry.stride - geometry.padding
    let lower = min(max(start, 0), extent)
    return lower..<max(lower, min(start + kernel, extent))
  }
}
