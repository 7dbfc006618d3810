import CKernels

/// Rows of a convolution's matrix, laid out as images: the kernel of the output channel in the
/// window of the output position, zeros elsewhere.
///
/// Bounds refine single neurons by a backward pass that starts with these rows. In a row of the
/// window, kernel and image have their kw·C scalars in the same order once the kernel is [O, kh,
/// kw, C], so a row consists of at most kh copies of runs.
struct ConvolutionRowKernel {
  /// Stride and padding.
  private let geometry: ConvolutionGeometry
  /// [H, W, C].
  private let image: [Int]
  /// [H', W', O].
  private let output: [Int]
  /// The extents kh and kw.
  private let kernel: (height: Int, width: Int)
  /// [O, C, kh, kw].
  private let weightShape: [Int]

  /// Prepares for a weight [O, C, kh, kw] and images [H, W, C]; it traps where they do not fit.
  init(weightShape: [Int], imageShape: [Int], _ geometry: ConvolutionGeometry) {
    self.geometry = geometry
    self.weightShape = weightShape
    image = imageShape
    output = Array(geometry.outputShape([1] + imageShape, weight: weightShape).dropFirst())
    kernel = (weightShape[2], weightShape[3])
  }

  /// Returns an array in which each of the first axis' matrices [rows, columns] is transposed: it
  /// moves channels behind the kernel's positions, and back.
  private static func reordered(_ weight: DeviceArray, from rows: Int, _ columns: Int)
    -> DeviceArray
  {
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
    return out.array
  }

  /// Returns the rows of output scalars, given by their places in [H', W', O]: [O, C, kh, kw] → [1,
  /// outputs.count, H·W·C].
  func rows(_ weight: DeviceArray, of outputs: [Int]) -> DeviceArray {
    let size = image.reduce(1, *)
    // [O, kh, kw, C]: in the order of an image.
    let taps = Self.reordered(weight, from: weightShape[1], kernel.height * kernel.width)
    let rows = Host.zeros([1, outputs.count, size])
    let (from, to) = (taps.pointer, UnsafeMutablePointer(mutating: rows.pointer))
    for (row, scalar) in outputs.enumerated() {
      forEachRun(of: scalar) { kernel, position, count in
        (to + row * size + position).update(from: from + kernel, count: count)
      }
    }
    keepAlive(taps)
    return rows
  }

  /// Applies the transpose of ``rows(_:of:)``: [1, outputs.count, H·W·C] → [O, C, kh, kw].
  func weightGradient(_ gradient: DeviceArray, of outputs: [Int]) -> DeviceArray {
    let sum = Host.zeros(weightShape)
    let (from, to) = (gradient.pointer, UnsafeMutablePointer(mutating: sum.pointer))
    let size = image.reduce(1, *)
    for (row, scalar) in outputs.enumerated() {
      forEachRun(of: scalar) { kernel, position, count in
        ck_accumulate_scaled(1, from + row * size + position, to + kernel, count)
      }
    }
    keepAlive(gradient)
    return Self.reordered(sum, from: kernel.height * kernel.width, weightShape[1])
  }

  /// Calls `body` for each run of products in an output scalar: where the run begins in the kernel
  /// and in the image, and its length. Windows are cut at the image's borders.
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
