import CKernels

/// Rows of a convolution's matrix, laid out as images: the kernel of the output channel in the
/// window of the output position, zeros elsewhere.
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
    reordered(weight, from: weight.shape[1], weight.shape[2] * weight.shape[3])
  }

  /// Each of the first axis' matrices [rows, columns] transposed.
  private static func reordered(_ weight: Tensor, from rows: Int, _ columns: Int) -> Tensor {
    let out = result(weight.shape)
    let from = weight.pointer
    for o in 0..<weight.shape[0] {
      let start = o * rows * columns
      for row in 0..<rows {
        for column in 0..<columns {
          out.pointer[start + column * rows + row] = from[start + row * columns + column]
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

  /// The transpose of ``rows(of:)``: [1, outputs.count, H·W·C] → [O, C, kh, kw].
  func weightGradient(_ gradient: Tensor, of outputs: [Int]) -> Tensor {
    let sum = Tensor.zeros(weight.shape)
    let (from, to) = (gradient.pointer, UnsafeMutablePointer(mutating: sum.pointer))
    let size = image.reduce(1, *)
    for (row, scalar) in outputs.enumerated() {
      forEachRun(of: scalar) { kernel, position, count in
        ck_accumulate_scaled(1, from + row * size + position, to + kernel, count)
      }
    }
    keepAlive(gradient)
    return Self.reordered(sum, from: kernel.height * kernel.width, weight.shape[1])
  }

  private func write(_ scalar: Int, _ to: UnsafeMutablePointer<Float>) {
    forEachRun(of: scalar) { kernel, position, count in
      (to + position).update(from: weight.pointer + kernel, count: count)
    }
    keepAlive(weight)
  }

  /// Calls `body` with the places of scalars, side by side in the kernel and in the image, that an
  /// output scalar joins.
  private func forEachRun(
    of scalar: Int, _ body: (_ kernel: Int, _ image: Int, _ count: Int) -> Void
  ) {
    let (channel, position) = (scalar % output[2], scalar / output[2])
    let top = position / output[1] * geometry.stride - geometry.padding
    let left = position % output[1] * geometry.stride - geometry.padding
    let first = max(0, -left)
    let count = min(kernel.width, image[1] - left) - first
    for ky in max(0, -top)..<max(0, -top, min(kernel.height, image[0] - top)) where count > 0 {
      body(
        ((channel * kernel.height + ky) * kernel.width + first) * image[2],
        ((top + ky) * image[1] + left + first) * image[2], count * image[2])
    }
  }
}
