import CKernels

/// Convolutions of few input channels, such as the first layer's: one image at a time, its windows
/// read where they lie. oneDNN runs these at a tenth of its usual speed
/// (Documentation/decisions.md).
struct ThinConvolutionKernel {
  private let geometry: ConvolutionGeometry
  /// [H, W, C] of an image, and [H', W', O] of its output.
  private let image: [Int]
  private let output: [Int]
  private let kernel: (height: Int, width: Int)
  /// Floats of a padded image's row.
  private let rowLength: Int

  /// The kernel for a convolution of images [N, H, W, C] with a weight [O, C, kh, kw], or nil where
  /// oneDNN does better.
  init?(images: [Int], weight: [Int], _ geometry: ConvolutionGeometry) {
    let (outs, channels) = (weight[0], weight[1])
    guard channels <= 4, outs % 4 == 0, outs <= 64 else { return nil }
    self.geometry = geometry
    image = Array(images.dropFirst())
    output = Array(geometry.outputShape(images, weight: weight).dropFirst())
    kernel = (weight[2], weight[3])
    rowLength = (image[1] + 2 * geometry.padding) * channels
  }

  private var channels: Int { image[2] }
  private var outs: Int { output[2] }
  private var runLength: Int { kernel.width * channels }
  private var paddedRun: Int { (runLength + 3) / 4 * 4 }
  private var imageSize: Int { image.reduce(1, *) }
  private var outputSize: Int { output.reduce(1, *) }
  /// Floats of a padded image, with slack for vectors that reach over its end.
  private var paddedSize: Int { (image[0] + 2 * geometry.padding) * rowLength + 4 }

  private var windows: ck_windows {
    ck_windows(
      rows: output[0], columns: output[1], row_step: geometry.stride * rowLength,
      column_step: geometry.stride * channels, runs: kernel.height, run_length: runLength,
      run_stride: rowLength, width: outs)
  }

  /// [N, H, W, C] → [N, H', W', O].
  func forward(_ images: DeviceArray, _ weight: DeviceArray, bias: DeviceArray?) -> DeviceArray {
    let out = result([images.shape[0]] + output)
    let taps = tapsByChannel(weight)
    let source = images.pointer
    forEachImage(images.shape[0]) { range in
      var windows = self.windows
      let padded = PaddedImage(self)
      for n in range {
        padded.read(source + n * imageSize)
        ck_windows_product(
          &windows, padded.pointer, taps.pointer, bias?.pointer, out.pointer + n * outputSize)
      }
    }
    keepAlive(images, taps, bias)
    return out.array
  }

  /// [N, H', W', O] → [N, H, W, C].
  func backwardData(_ gradient: DeviceArray, _ weight: DeviceArray) -> DeviceArray {
    let out = result([gradient.shape[0]] + image)
    let taps = channelsByTap(weight)
    let source = gradient.pointer
    forEachImage(gradient.shape[0]) { range in
      var windows = self.windows
      let padded = PaddedImage(self)
      let scratch = Buffer(count: output[1] * kernel.height * paddedRun)
      for n in range {
        padded.clear()
        ck_windows_image_gradient(
          &windows, source + n * outputSize, taps.pointer, padded.pointer, scratch.pointer)
        padded.write(out.pointer + n * imageSize)
      }
      keepAlive(scratch)
    }
    keepAlive(gradient, taps)
    return out.array
  }

  /// The gradient of the weight, [O, C, kh, kw].
  func backwardWeights(_ images: DeviceArray, _ gradient: DeviceArray) -> DeviceArray {
    let count = images.shape[0]
    // One sum for each range of images, added up in order.
    let parts = max(1, min(Threads.count, count))
    let taps = kernel.height * runLength * outs
    let sums = Host.zeros([parts, taps])
    let (source, g) = (images.pointer, gradient.pointer)
    let start = UnsafeMutablePointer(mutating: sums.pointer)
    parallelRanges(parts, work: count * outputSize * runLength) { range in
      var windows = self.windows
      let padded = PaddedImage(self)
      for part in range {
        for n in (part * count / parts)..<((part + 1) * count / parts) {
          padded.read(source + n * imageSize)
          ck_windows_weight_gradient(
            &windows, padded.pointer, g + n * outputSize, start + part * taps)
        }
      }
    }
    keepAlive(images, gradient)
    return weightLayout(MatrixKernel.columnSums(sums))
  }

  private func forEachImage(_ count: Int, _ body: (Range<Int>) -> Void) {
    parallelRanges(count, work: count * outputSize * runLength, body)
  }

  // MARK: Layouts of the weight

  /// [O, C, kh, kw] → [kh, kw, C, O].
  private func tapsByChannel(_ weight: DeviceArray) -> DeviceArray {
    let out = result([weight.count])
    forEachWeight { o, from, ky, run in
      out.pointer[(ky * runLength + run) * outs + o] = weight.pointer[from]
    }
    keepAlive(weight)
    return out.array
  }

  /// [O, C, kh, kw] → [O, kh, kw, C], runs of kw·C filled up with zeros.
  private func channelsByTap(_ weight: DeviceArray) -> DeviceArray {
    let (out, from) = (Host.zeros([outs * kernel.height * paddedRun]), weight.pointer)
    let to = UnsafeMutablePointer(mutating: out.pointer)
    forEachWeight { o, index, ky, run in
      to[(o * kernel.height + ky) * paddedRun + run] = from[index]
    }
    keepAlive(weight)
    return out
  }

  /// [kh, kw, C, O] → [O, C, kh, kw].
  private func weightLayout(_ taps: DeviceArray) -> DeviceArray {
    let out = result([outs, channels, kernel.height, kernel.width])
    forEachWeight { o, to, ky, run in
      out.pointer[to] = taps.pointer[(ky * runLength + run) * outs + o]
    }
    keepAlive(taps)
    return out.array
  }

  /// Visits every weight: its output channel, its index in [O, C, kh, kw], its row in the kernel
  /// and its place in that row, kx · C + c.
  @inline(__always)
  private func forEachWeight(_ body: (_ o: Int, _ index: Int, _ ky: Int, _ run: Int) -> Void) {
    for o in 0..<outs {
      for c in 0..<channels {
        for ky in 0..<kernel.height {
          let row = ((o * channels + c) * kernel.height + ky) * kernel.width
          for kx in 0..<kernel.width { body(o, row + kx, ky, kx * channels + c) }
        }
      }
    }
  }

  // MARK: Padding

  /// One image with its border of zeros.
  private struct PaddedImage {
    private let storage: Buffer
    private let convolution: ThinConvolutionKernel
    var pointer: UnsafeMutablePointer<Float> { storage.pointer }

    init(_ convolution: ThinConvolutionKernel) {
      self.convolution = convolution
      storage = Buffer(count: convolution.paddedSize)
      clear()
    }

    func clear() { pointer.update(repeating: 0, count: convolution.paddedSize) }

    func read(_ image: UnsafePointer<Float>) {
      forEachRow { inside, row, count in (pointer + inside).update(from: image + row, count: count)
      }
    }

    func write(_ image: UnsafeMutablePointer<Float>) {
      forEachRow { inside, row, count in (image + row).update(from: pointer + inside, count: count)
      }
    }

    @inline(__always)
    private func forEachRow(_ body: (_ inside: Int, _ row: Int, _ count: Int) -> Void) {
      let padding = convolution.geometry.padding
      let length = convolution.image[1] * convolution.channels
      for y in 0..<convolution.image[0] {
        let inside = (y + padding) * convolution.rowLength + padding * convolution.channels
        body(inside, y * length, length)
      }
    }
  }
}
