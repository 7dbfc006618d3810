/// Rows of a convolution's matrix, laid out as images: the kernel of the output channel in the window
/// of the output position, zeros elsewhere.
struct ConvolutionRowKernel {
  private let geometry: ConvolutionGeometry
  private let image: [Int]
  /// [H', W', O].
  private let output: [Int]
  private let kernel: (height: Int, width: Int)
  /// [O, kh, kw, C]: in the order of an image.
  private let weight: Tensor

  init(_ weight: Tensor, imageShape: [Int], _ geometry: ConvolutionGeometry) {
    self.geometry = geometry
    image = imageShape
    output = Array(
      ConvolutionKernel.outputShape([1] + imageShape, weight.shape, geometry).dropFirst())
    kernel = (weight.shape[2], weight.shape[3])
    self.weight = Self.channelsLast(weight)
  }

  private static func channelsLast(_ weight: Tensor) -> Tensor {
    let (channels, size) = (weight.shape[1], weight.shape[2] * weight.shape[3])
    let out = result(weight.shape)
    let from = weight.pointer
    for o in 0..<weight.shape[0] {
      for c in 0..<channels {
        for tap in 0..<size {
          out.pointer[(o * size + tap) * channels + c] = from[(o * channels + c) * size + tap]
        }
      }
    }
    keepAlive(weight)
    return out.tensor
  }

  /// [1, outputs.count, H·W·C].
  func rows(of outputs: [Int]) -> Tensor {
    let size = image.reduce(1, *)
    let rows = Tensor.zeros([1, outputs.count, size])
    let to = UnsafeMutablePointer(mutating: rows.pointer)
    for (row, scalar) in outputs.enumerated() { write(scalar, to + row * size) }
    return rows
  }

  private func write(_ scalar: Int, _ to: UnsafeMutablePointer<Float>) {
    let (channel, position) = (scalar % output[2], scalar / output[2])
    let top = position / output[1] * geometry.stride - geometry.padding
    let left = position % output[1] * geometry.stride - geometry.padding
    let first = max(0, -left)
    let count = min(kernel.width, image[1] - left) - first
    for ky in max(0, -top)..<max(0, -top, min(kernel.height, image[0] - top)) where count > 0 {
      let from = ((channel * kernel.height + ky) * kernel.width + first) * image[2]
      (to + ((top + ky) * image[1] + left + first) * image[2]).update(
        from: weight.pointer + from, count: count * image[2])
    }
    keepAlive(weight)
  }
}
