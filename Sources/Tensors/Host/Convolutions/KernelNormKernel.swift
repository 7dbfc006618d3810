/// Norms of a convolution's rows, one for each output position: zero padding cuts the window at the
/// borders, so rows there are shorter.
enum KernelNormKernel {
  /// Returns ‖row of the convolution's matrix‖ for each output scalar: [O, C, kh, kw] → [1, H', W',
  /// O]. `scale` [C] multiplies the input channels first.
  static func forward(
    _ weight: DeviceArray, scale: DeviceArray, imageShape: [Int], _ geometry: ConvolutionGeometry,
    dual: DualNorm
  ) -> DeviceArray {
    let shape = geometry.outputShape([1] + imageShape, weight: weight.shape)
    // In double precision no square vanishes.
    var norms = [Double](repeating: 0, count: shape.reduce(1, *))
    norms.withUnsafeMutableBufferPointer { norms in
      forEachTap(weight, scale, imageShape, shape, geometry) { position, _, value, _ in
        switch dual {
        case .two: norms[position] += Double(value) * Double(value)
        case .infinity:
          let size = Double(value.magnitude)
          if size > norms[position] || size.isNaN { norms[position] = size }
        }
      }
    }
    return Host.array(shape: shape, norms.map { Float(dual == .two ? $0.squareRoot() : $0) })
  }

  /// Returns the gradient of the weight. A norm of 0 has the derivative 0; of equal elements of a
  /// maximum norm only the first one takes the gradient.
  static func backward(
    _ weight: DeviceArray, scale: DeviceArray, imageShape: [Int], _ geometry: ConvolutionGeometry,
    dual: DualNorm, norms: DeviceArray, gradient: DeviceArray
  ) -> DeviceArray {
    let out = Host.zeros(weight.shape)
    let to = UnsafeMutablePointer(mutating: out.pointer)
    let (norm, g) = (norms.pointer, gradient.pointer)
    var taken = [Bool](repeating: false, count: norms.count)
    forEachTap(weight, scale, imageShape, norms.shape, geometry) { position, tap, value, factor in
      guard norm[position] > 0 else { return }
      switch dual {
      case .two: to[tap] += g[position] * value / norm[position] * factor
      case .infinity:
        if value.magnitude == norm[position] && !taken[position] {
          taken[position] = true
          to[tap] += (value > 0 ? g[position] : -g[position]) * factor
        }
      }
    }
    keepAlive(norms, gradient)
    return out
  }

  /// Visits every (output position, weight element) pair whose input lies inside the image. `value`
  /// is the element times its channel's scale, `position` a place in [H', W', O], and `tap` one in
  /// [O, C, kh, kw].
  @inline(__always)
  private static func forEachTap(
    _ weight: DeviceArray, _ scale: DeviceArray, _ image: [Int], _ output: [Int],
    _ geometry: ConvolutionGeometry,
    _ body: (_ position: Int, _ tap: Int, _ value: Float, _ scale: Float) -> Void
  ) {
    let (outs, channels) = (weight.shape[0], weight.shape[1])
    let (kernelHeight, kernelWidth) = (weight.shape[2], weight.shape[3])
    let (w, s) = (weight.pointer, scale.pointer)
    for y in 0..<output[1] {
      for x in 0..<output[2] {
        for ky in 0..<kernelHeight {
          let row = y * geometry.stride + ky - geometry.padding
          guard row >= 0, row < image[0] else { continue }
          for kx in 0..<kernelWidth {
            let column = x * geometry.stride + kx - geometry.padding
            guard column >= 0, column < image[1] else { continue }
            for o in 0..<outs {
              for c in 0..<channels {
                let tap = ((o * channels + c) * kernelHeight + ky) * kernelWidth + kx
                body((y * output[2] + x) * outs + o, tap, w[tap] * s[c], s[c])
              }
            }
          }
        }
      }
    }
    keepAlive(weight, scale)
  }
}
