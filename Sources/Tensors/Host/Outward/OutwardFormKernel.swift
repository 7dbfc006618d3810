import CKernels
import Relaxations

/// Linear forms whose constants are rounded down, with sums in Double.
enum OutwardFormKernel {
  /// What n additions and as many products can lose in Double, in any order, relative to the sum of
  /// the terms' magnitudes.
  static func error(_ n: Int) -> Double { Double(n + 8) * 0x1p-51 }

  /// Returns a + b − less, rounded down: constants of the larger batch.
  static func sum(_ a: DeviceArray, _ b: DeviceArray, less: DeviceArray?) -> DeviceArray {
    let (batch, rows) = (max(a.shape[0], b.shape[0], less?.count ?? 1), a.shape[1])
    let out = result([batch, rows])
    let (x, y, z) = (a.pointer, b.pointer, less?.pointer)
    let (byA, byB) = (a.shape[0] == 1 ? 0 : rows, b.shape[0] == 1 ? 0 : rows)
    for example in 0..<batch {
      // A sum of three numbers in Double errs by 2⁻⁵² of their magnitudes at most.
      let l = Double(z?[less?.count == 1 ? 0 : example] ?? 0)
      for row in 0..<rows {
        let (p, q) = (Double(x[example * byA + row]), Double(y[example * byB + row]))
        let exact = p + q - l - (abs(p) + abs(q) + l) * 0x1p-51
        out.pointer[example * rows + row] = roundedDown(exact)
      }
    }
    keepAlive(a, b, less)
    return out.array
  }

  /// Returns the least values over boxes, each shared by the batch or not.
  static func lowerBounds(
    _ form: DeviceArray, center: DeviceArray, radius: DeviceArray
  ) -> DeviceArray {
    let batch = max(form.shape[0], center.shape[0], radius.shape[0])
    let size = LinearFormKernel.Extents(form, batch: batch)
    let (byCenter, byRadius) = (
      center.shape[0] == 1 ? 0 : size.n, radius.shape[0] == 1 ? 0 : size.n
    )
    let out = result([batch, size.rows])
    let (source, cs, rs, error) = (form.pointer, center.pointer, radius.pointer, error(size.n))
    size.forEachRow { example, row in
      let from = source + example * size.formStride + row * size.n
      let bound = ck_outward_concretize(
        from, cs + example * byCenter, rs + example * byRadius, error, size.n)
      out.pointer[example * size.rows + row] = roundedDown(bound)
    }
    keepAlive(form, center, radius)
    return out.array
  }

  /// Returns the least values over the boxes of an affine layer's errors around its offset.
  static func lowerBounds(
    _ form: DeviceArray, offset: DeviceArray, noise: DeviceArray
  ) -> DeviceArray {
    guard form.shape[2] < 1 << 20 else { return lowerBounds(form, center: offset, radius: noise) }
    let size = LinearFormKernel.Extents(form, batch: max(form.shape[0], noise.shape[0]))
    let byNoise = noise.shape[0] == 1 ? 0 : size.n
    let out = result([size.batch, size.rows])
    let (source, b, r) = (form.pointer, offset.pointer, noise.pointer)
    size.forEachRow { example, row in
      let from = source + example * size.formStride + row * size.n
      out.pointer[example * size.rows + row] = roundedDown(
        ck_outward_offset(from, b, r + example * byNoise, size.n))
    }
    keepAlive(form, offset, noise)
    return out.array
  }

  /// Returns −ε·‖Λ‖ in the dual norm, in Double.
  static func lowerBounds(_ form: DeviceArray, epsilon: Float, dual: DualNorm) -> DeviceArray {
    let size = LinearFormKernel.Extents(form, batch: form.shape[0])
    let out = result([size.batch, size.rows])
    let source = form.pointer
    size.forEachRow { example, row in
      let from = source + example * size.formStride + row * size.n
      var norm = 0.0
      switch dual {
      case .two:
        for i in 0..<size.n { norm += Double(from[i]) * Double(from[i]) }
        norm = norm.squareRoot() * (1 + error(size.n))
      case .infinity:
        for i in 0..<size.n where Double(from[i].magnitude) > norm || from[i].isNaN {
          norm = Double(from[i].magnitude)
        }
      }
      out.pointer[example * size.rows + row] = roundedDown(-Double(epsilon) * norm * (1 + 0x1p-50))
    }
    keepAlive(form)
    return out.array
  }

  /// Substitutes given lines.
  static func relax(
    _ form: DeviceArray, _ lines: LineArrays
  ) -> (form: DeviceArray, constant: DeviceArray) {
    let size = LinearFormKernel.Extents(form, batch: lines.lowerSlope.shape[0])
    let (n, rows) = (size.n, size.rows)
    let (out, constant) = (result([size.batch, rows, n]), result([size.batch, rows]))
    let (source, p, error) = (form.pointer, LinearFormKernel.LinePointers(lines), error(n))
    size.forEachRow { example, row in
      let from = source + example * size.formStride + row * n
      let (i, j) = (example * n, example * rows + row)
      constant.pointer[j] = roundedDown(
        ck_outward_relax(
          from, p.lowerSlope + i, p.upperSlope + i, p.lowerIntercept + i, p.upperIntercept + i,
          error, out.pointer + j * n, n))
    }
    keepAlive(form, lines)
    return (out.array, constant.array)
  }

  /// Substitutes ReLU's lines, with the lower slopes of a rule or, where given, of each row.
  ///
  /// A lower line needs no allowance: whatever a coefficient is rounded to, it is the coefficient
  /// times a slope in [0, 1]. Upper lines are raised by what rounding moves them.
  static func relaxReLU(
    _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray, _ slope: ReLUSlope,
    alpha: DeviceArray? = nil
  ) -> (form: DeviceArray, constant: DeviceArray) {
    let size = LinearFormKernel.Extents(form, batch: center.shape[0])
    let (n, rows) = (size.n, size.rows)
    let (out, constant) = (result([size.batch, rows, n]), result([size.batch, rows]))
    let (source, cs, rs, slopes) = (form.pointer, center.pointer, radius.pointer, alpha?.pointer)
    let factor = 1 + error(n)
    parallelRanges(size.batch * rows, work: size.batch * rows * n) { range in
      let lines = OutwardReLULines(n)
      var known = -1
      for i in range {
        let (example, row) = (i / rows, i % rows)
        if example != known {
          let (c, r) = (cs + example * n, rs + example * n)
          if slopes == nil { lines.fill(slope, c, r) } else { lines.fillFree(c, r) }
          known = example
        }
        let (from, to) = (source + example * size.formStride + row * n, out.pointer + i * n)
        // All terms have one sign, so that the error of the sum is relative to the sum.
        let gain =
          if let slopes {
            ck_outward_relax_free(
              from, slopes + i * n, lines.lower, lines.one, lines.upper, lines.intercept, to, n)
          } else {
            ck_outward_relax_below(from, lines.lower, lines.upper, lines.intercept, to, n)
          }
        constant.pointer[i] = roundedDown(gain * factor)
      }
    }
    keepAlive(form, center, radius, alpha)
    return (out.array, constant.array)
  }

  /// Returns the largest Float that is not above `x`; NaN for NaN.
  static func roundedDown(_ x: Double) -> Float {
    let nearest = Float(x)
    return Double(nearest) > x ? nearest.nextDown : nearest
  }
}

/// Lines around ReLU for one example, rounded outwards.
private struct OutwardReLULines {
  private let storage: Buffer
  private let n: Int

  init(_ n: Int) {
    storage = Buffer(count: 4 * n)
    self.n = n
  }

  /// The lower slopes, or those for α = 0.
  var lower: UnsafeMutablePointer<Float> { storage.pointer }
  /// The upper slopes.
  var upper: UnsafeMutablePointer<Float> { storage.pointer + n }
  /// The upper intercepts.
  var intercept: UnsafeMutablePointer<Float> { storage.pointer + 2 * n }
  /// The lower slopes for α = 1.
  var one: UnsafeMutablePointer<Float> { storage.pointer + 3 * n }

  func fill(_ slope: ReLUSlope, _ center: UnsafePointer<Float>, _ radius: UnsafePointer<Float>) {
    ck_outward_relu_lines(slope.code, center, radius, lower, upper, intercept, n)
  }

  func fillFree(_ center: UnsafePointer<Float>, _ radius: UnsafePointer<Float>) {
    fill(.zero, center, radius)
    ck_outward_relu_lines(CK_SLOPE_ONE, center, radius, one, upper, intercept, n)
  }
}
