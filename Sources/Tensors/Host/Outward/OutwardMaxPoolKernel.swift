import Relaxations

/// Max pooling in linear forms, in spite of rounding: ``MaxPoolFormKernel`` with ends of boxes
/// rounded outwards, and an allowance for each window.
///
/// A coefficient of the result is a sum over the windows that its element bounds, of which there are
/// m at most where windows overlap. A sum of m terms, each of them a product, errs by γ(m) of the
/// terms' magnitudes, and every term belongs to one window.
enum OutwardMaxPoolKernel {
  /// Returns the forms over the image, [batch, rows, H·W·C], and what their constants gain.
  static func forward(
    _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray, image: [Int],
    _ window: PoolingWindow
  ) -> (form: DeviceArray, constant: DeviceArray) {
    let size = LinearFormKernel.Extents(form, batch: center.shape[0])
    let (n, rows, width) = (size.n, size.rows, image.reduce(1, *))
    let (lower, upper) = HostOutward().ends(center: center, radius: radius)
    let out = Host.zeros([size.batch, rows, width])
    let constant = result([size.batch, rows])
    let target = UnsafeMutablePointer(mutating: out.pointer)
    let (source, ls, us) = (form.pointer, lower.pointer, upper.pointer)
    let kernel = MaxPoolFormKernel(window: window, image: image)
    let (gamma, error) = (rounding(window), OutwardFormKernel.error(n))
    size.forEachExample { example in
      let (l, u) = (ls + example * width, us + example * width)
      let lines = kernel.lines(lower: { l[$0] }, upper: { u[$0] })
      let allowances = lines.map { line in
        gamma * Double(max(magnitude(line.above, l, u), magnitude(line.below, l, u)))
      }
      for row in 0..<rows {
        let from = source + example * size.formStride + row * n
        let to = target + (example * rows + row) * width
        var (sum, terms) = (0.0, 0.0)
        for (i, line) in lines.enumerated() {
          let negative = 0 < from[i] ? 0 : from[i]
          if from[i] > 0 { to[line.below] += from[i] }
          to[line.above] += negative * line.slope
          let intercept = Double(negative) * Double(line.intercept)
          sum += intercept - Double(from[i].magnitude) * allowances[i]
          terms += abs(intercept)
        }
        constant.pointer[example * rows + row] = OutwardFormKernel.roundedDown(
          sum - error * terms)
      }
    }
    keepAlive(form, lower, upper)
    return (out, constant.array)
  }

  private static func magnitude(
    _ place: Int, _ l: UnsafePointer<Float>, _ u: UnsafePointer<Float>
  ) -> Float { max(l[place].magnitude, u[place].magnitude) }

  /// γ of the windows that an element lies in, and of the product with a slope.
  private static func rounding(_ window: PoolingWindow) -> Double {
    let stride = window.geometry.stride
    let windows = ((window.height + stride - 1) / stride) * ((window.width + stride - 1) / stride)
    return Double(windows + 3) * 0x1p-24 * 1.01
  }
}
