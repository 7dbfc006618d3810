import CKernels

/// Convolutions of few input channels, such as the first layer's: one image at a time, its windows
/// read where they lie. oneDNN runs these at a tenth of its usual speed
/// (Documentation/decisions.md).
///
/// An image is copied once with its border of zeros, so that no loop asks for borders. The kw·C
/// scalars of a window's row are then contiguous, and a window is kh such runs. Output channels are
/// the lanes of vectors, and several windows are computed at a time.
struct ThinConvolutionKernel {
  /// Stride and padding.
  private let geometry: ConvolutionGeometry
  /// The shape [H, W, C] of an image.
  private let image: [Int]
  /// The shape [H', W', O] of an image's output.
  private let output: [Int]
  /// The extents kh and kw.
  private let kernel: (height: Int, width: Int)
  /// The floats of a padded image's row, (W + 2·padding)·C.
  private let rowLength: Int

  /// Prepares the kernel for a convolution of images [N, H, W, C] with a weight [O, C, kh, kw]. It
  /// is nil where oneDNN does better: for more than 4 input channels, or output channels that are
  /// no multiple of 4 or more than 64.
  init?(images: [Int], weight: [Int], _ geometry: ConvolutionGeometry) {
    let (outs, channels) = (weight[0], weight[1])
    guard channels <= 4, outs % 4 == 0, outs <= 64 else { return nil }
    self.geometry = geometry
    image = Array(images.dropFirst())
    output = Array(geometry.outputShape(images, weight: weight).dropFirst())
    kernel = (weight[2], weight[3])
    rowLength = (image[1] + 2 * geometry.padding) * channels
  }

  /// The number of input channels C.
  private var channels: Int { image[2] }
  /// The number of output channels O.
  private var outs: Int { output[2] }
  /// The floats of a window's row, kw·C.
  private var runLength: Int { kernel.width * channels }
  /// The same, rounded up to whole vectors of 4.
  private var paddedRun: Int { (runLength + 3) / 4 * 4 }
  /// The floats of an image.
  private var imageSize: Int { image.reduce(1, *) }
  /// The floats of an image's output.
  private var outputSize: Int { output.reduce(1, *) }
  /// Floats of a padded image, with slack for vectors that reach over its end.
  private var paddedSize: Int { (image[0] + 2 * geometry.padding) * rowLength + 4 }

  /// The windows of a padded image as CKernels takes them.
  private var windows: ck_windows {
    ck_windows(
      rows: output[0], columns: output[1], row_step: geometry.stride * rowLength,
      column_step: geometry.stride * channels, runs: kernel.height, run_length: runLength,
      run_stride: rowLength, width: outs)
  }

  /// Returns the outputs, [N, H, W, C] → [N, H', W', O].
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

  /// Applies the transpose, [N, H', W', O] → [N, H, W, C]. Windows add to a padded image, whose
  /// border is dropped.
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

  /// Returns the gradient of the weight, [O, C, kh, kw].
  ///
  /// Outside lanes the images are cut into as many ranges as there are threads, so last bits depend
  /// on their number.
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

  /// Shares images among the threads. The work counts products, not scalars.
  private func forEachImage(_ count: Int, _ body: (Range<Int>) -> Void) {
    parallelRanges(count, work: count * outputSize * runLength, body)
  }

  // MARK: Layouts of the weight

  /// Returns the weight with output channels last, which are one vector: [O, C, kh, kw] → [kh, kw,
  /// C, O].
  private func tapsByChannel(_ weight: DeviceArray) -> DeviceArray {
    let out = result([weight.count])
    forEachWeight { o, from, ky, run in
      out.pointer[(ky * runLength + run) * outs + o] = weight.pointer[from]
    }
    keepAlive(weight)
    return out.array
  }

  /// Returns the weight in the order of an image: [O, C, kh, kw] → [O, kh, kw, C], runs of kw·C
  /// filled up with zeros.
  private func channelsByTap(_ weight: DeviceArray) -> DeviceArray {
    let (out, from) = (Host.zeros([outs * kernel.height * paddedRun]), weight.pointer)
    let to = UnsafeMutablePointer(mutating: out.pointer)
    forEachWeight { o, index, ky, run in
      to[(o * kernel.height + ky) * paddedRun + run] = from[index]
    }
    keepAlive(weight)
    return out
  }

  /// Undoes ``tapsByChannel(_:)``: [kh, kw, C, O] → [O, C, kh, kw].
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

  /// One image with its border of zeros, which a thread fills anew for each image. Only the inside
  /// is written, so the border stays zero when images are read.
  private struct PaddedImage {
    private let storage: Buffer
    private let convolution: ThinConvolutionKernel
    var pointer: UnsafeMutablePointer<Float> { storage.pointer }

    /// Takes memory for a padded image and clears it.
    init(_ convolution: ThinConvolutionKernel) {
      self.convolution = convolution
      storage = Buffer(count: convolution.paddedSize)
      clear()
    }

    /// Sets all to zero, before windows add to it.
    func clear() { pointer.update(repeating: 0, count: convolution.paddedSize) }

    /// Copies an image [H, W, C] to the inside.
    func read(_ image: UnsafePointer<Float>) {
      forEachRow { inside, row, count in (pointer + inside).update(from: image + row, count: count)
      }
    }

    /// Copies the inside to an image [H, W, C].
    func write(_ image: UnsafeMutablePointer<Float>) {
      forEachRow { inside, row, count in (image + row).update(from: pointer + inside, count: count)
      }
    }

    /// Calls `body` with the place of each row in the padded image and in the image, and its
    /// length.
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
