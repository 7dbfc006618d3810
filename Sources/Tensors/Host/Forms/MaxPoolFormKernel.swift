import Relaxations

/// Replaces max pooling by lines over elements of its windows (``MaxPoolRelaxation``) in linear
/// forms.
///
/// Each maximum is bounded by one element from below and a line over one element from above, so
/// each coefficient of the old form goes to one place of the new one. The lines of an example serve
/// all its rows.
struct MaxPoolFormKernel {
  /// The windows over an image.
  let window: PoolingWindow
  /// [H, W, C].
  let image: [Int]

  /// The number of scalars of an image.
  private var imageSize: Int { image.reduce(1, *) }
  /// [H', W', C].
  private var output: [Int] { MaxPoolKernel(window: window).outputShape(image) }

  /// Returns the lines of one example, by scalar of the output, from the centres and radii of its
  /// H·W·C scalars.
  private func lines(
    _ center: UnsafePointer<Float>, _ radius: UnsafePointer<Float>
  ) -> [MaxPoolRelaxation] {
    // The ends are sums in Float, rounded to nearest; that rounding is not accounted for.
    lines(lower: { center[$0] - radius[$0] }, upper: { center[$0] + radius[$0] })
  }

  /// Returns the lines of one example from the ends of its scalars.
  @inline(__always)
  func lines(lower: (Int) -> Float, upper: (Int) -> Float) -> [MaxPoolRelaxation] {
    let channels = image[2]
    var lines: [MaxPoolRelaxation] = []
    window.forEach(in: 0..<1, image, output) { _, place in
      for channel in 0..<channels {
        let places = (0..<place.rows * place.columns).lazy.map { i in
          place.image + (i / place.columns * image[1] + i % place.columns) * channels + channel
        }
        lines.append(MaxPoolRelaxation(places, lower: lower, upper: upper))
      }
    }
    return lines
  }

  /// Returns the forms over the image, [batch, rows, H·W·C], and what their constants gain.
  ///
  /// - Parameter form: Λ over the maxima, [batch or 1, rows, H'·W'·C].
  func forward(
    _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray
  ) -> (form: DeviceArray, constant: DeviceArray) {
    let size = LinearFormKernel.Extents(form, batch: center.shape[0])
    let (n, rows, width) = (size.n, size.rows, imageSize)
    let out = Host.zeros([size.batch, rows, width])
    let constant = result([size.batch, rows])
    let target = UnsafeMutablePointer(mutating: out.pointer)
    let (source, cs, rs) = (form.pointer, center.pointer, radius.pointer)
    size.forEachExample { example in
      let lines = lines(cs + example * width, rs + example * width)
      for row in 0..<rows {
        let from = source + example * size.formStride + row * n
        let to = target + (example * rows + row) * width
        var sum: Float = 0
        for (i, line) in lines.enumerated() {
          let negative = 0 < from[i] ? 0 : from[i]
          if from[i] > 0 { to[line.below] += from[i] }
          to[line.above] += negative * line.slope
          sum += negative * line.intercept  // NaN must not vanish where Λ is 0
        }
        constant.pointer[example * rows + row] = sum
      }
    }
    keepAlive(form, center, radius)
    return (out, constant.array)
  }

  /// Returns the gradients of form, centre and radius.
  func backward(
    _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray, formGradient: DeviceArray,
    constantGradient: DeviceArray
  ) -> (form: DeviceArray, center: DeviceArray, radius: DeviceArray) {
    let size = LinearFormKernel.Extents(form, batch: center.shape[0])
    precondition(form.shape[0] == size.batch, "a shared form has no gradient")
    let (n, rows, width) = (size.n, size.rows, imageSize)
    let dForm = result(form.shape)
    let (dCenter, dRadius) = (Host.zeros(center.shape), Host.zeros(center.shape))
    let (dc, dr) = (
      UnsafeMutablePointer(mutating: dCenter.pointer),
      UnsafeMutablePointer(mutating: dRadius.pointer)
    )
    let (source, cs, rs) = (form.pointer, center.pointer, radius.pointer)
    let (gf, gc) = (formGradient.pointer, constantGradient.pointer)
    size.forEachExample { example in
      let start = example * width
      for (i, line) in lines(cs + start, rs + start).enumerated() {
        var (bySlope, byIntercept) = (Float(0), Float(0))
        for row in example * rows..<(example + 1) * rows {
          let value = source[row * n + i]
          let g = gf + row * width
          let isPositive = value > 0
          dForm.pointer[row * n + i] =
            isPositive ? g[line.below] : g[line.above] * line.slope + gc[row] * line.intercept
          let negative = 0 < value ? 0 : value
          bySlope += negative * g[line.above]
          byIntercept += negative * gc[row]
        }
        let (k, second) = (start + line.above, start + line.second)
        let d = line.derivatives(cs[k] - rs[k], cs[k] + rs[k], cs[second] + rs[second])
        let byLower = bySlope * d.slope.l + byIntercept * d.intercept.l
        let byUpper = bySlope * d.slope.u + byIntercept * d.intercept.u
        let bySecond = bySlope * d.slope.v + byIntercept * d.intercept.v
        dc[k] += byUpper + byLower
        dr[k] += byUpper - byLower
        dc[second] += bySecond
        dr[second] += bySecond
      }
    }
    keepAlive(form, center, radius, formGradient, constantGradient)
    return (dForm.array, dCenter, dRadius)
  }
}
