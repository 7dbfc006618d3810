import CKernels

/// Replaces ReLU by lines in linear forms, where each row of a form has lower slopes for itself:
/// ``ReLUFormKernel`` for α-CROWN.
///
/// The lower line of an undecided neuron is α·h. Instead of asking which neurons are undecided, the
/// loops compute the slope as zero + (one − zero)·α, where both are equal for decided neurons.
enum FreeReLUFormKernel {
  /// Returns the forms over the pre-activation and what their constants gain.
  ///
  /// - Parameter alpha: [batch, rows, n]; read where l < 0 < u.
  /// - Returns: Λ⁺ · lowerSlope + Λ⁻ · upperSlope, and Σ Λ⁻ · upperIntercept.
  static func forward(
    _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray, _ alpha: DeviceArray
  ) -> (form: DeviceArray, constant: DeviceArray) {
    let size = LinearFormKernel.Extents(form, batch: center.shape[0])
    let (n, rows) = (size.n, size.rows)
    let (out, constant) = (result([size.batch, rows, n]), result([size.batch, rows]))
    let (source, slopes) = (form.pointer, alpha.pointer)
    forEachRow(size, center, radius) { example, row, lines in
      let i = example * rows + row
      constant.pointer[i] = ck_relax_free(
        source + example * size.formStride + row * n, slopes + i * n, lines.zero, lines.one,
        lines.upper, lines.intercept, out.pointer + i * n, n)
    }
    keepAlive(form, alpha)
    return (out.array, constant.array)
  }

  /// Returns the gradient of the form.
  static func formGradient(
    _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray, _ alpha: DeviceArray,
    formGradient: DeviceArray,
    constantGradient: DeviceArray
  ) -> DeviceArray {
    let size = LinearFormKernel.Extents(form, batch: center.shape[0])
    precondition(form.shape[0] == size.batch, "a shared form has no gradient")
    let out = result(form.shape)
    let (source, slopes) = (form.pointer, alpha.pointer)
    let (gf, gc) = (formGradient.pointer, constantGradient.pointer)
    forEachRow(size, center, radius) { example, row, lines in
      let i = example * size.rows + row
      let start = i * size.n
      ck_relax_free_form_gradient(
        source + start, slopes + start, lines.zero, lines.one, lines.upper, lines.intercept,
        gf + start, gc[i], out.pointer + start, size.n)
    }
    keepAlive(form, alpha, formGradient, constantGradient)
    return out.array
  }

  /// Returns the gradient of the slopes: Λ⁺ · g for undecided neurons, 0 for decided ones.
  static func alphaGradient(
    _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray, formGradient: DeviceArray
  ) -> DeviceArray {
    let size = LinearFormKernel.Extents(form, batch: center.shape[0])
    let out = result([size.batch, size.rows, size.n])
    let (source, gf) = (form.pointer, formGradient.pointer)
    forEachRow(size, center, radius) { example, row, lines in
      let start = (example * size.rows + row) * size.n
      ck_relax_free_alpha_gradient(
        source + example * size.formStride + row * size.n, lines.zero, lines.one, gf + start,
        out.pointer + start, size.n)
    }
    keepAlive(form, formGradient)
    return out.array
  }

  /// Runs `body` for each example and row with the example's lines, which are computed again where
  /// the example changes.
  private static func forEachRow(
    _ size: LinearFormKernel.Extents, _ center: DeviceArray, _ radius: DeviceArray,
    _ body: (_ example: Int, _ row: Int, _ lines: FreeLines) -> Void
  ) {
    let (cs, rs) = (center.pointer, radius.pointer)
    parallelRanges(size.batch * size.rows, work: size.batch * size.rows * size.n) { range in
      let lines = FreeLines(size.n)
      var known = -1
      for i in range {
        let example = i / size.rows
        if example != known {
          lines.fill(cs + example * size.n, rs + example * size.n)
          known = example
        }
        body(example, i % size.rows, lines)
      }
    }
    keepAlive(center, radius)
  }
}

/// Lines of one example: lower slopes for α = 0 and for α = 1, which differ where ReLU is
/// undecided, upper slopes and upper intercepts.
private struct FreeLines {
  /// The four runs of n numbers, one after another.
  private let storage: Buffer
  /// The number of neurons.
  private let n: Int

  /// Takes memory for the lines of n neurons.
  init(_ n: Int) {
    storage = Buffer(count: 4 * n)
    self.n = n
  }

  /// The lower slopes for α = 0.
  var zero: UnsafeMutablePointer<Float> { storage.pointer }
  /// The lower slopes for α = 1.
  var one: UnsafeMutablePointer<Float> { storage.pointer + n }
  /// The upper slopes.
  var upper: UnsafeMutablePointer<Float> { storage.pointer + 2 * n }
  /// The upper intercepts.
  var intercept: UnsafeMutablePointer<Float> { storage.pointer + 3 * n }

  /// Computes the lines of an example from its pre-activation bounds.
  func fill(_ center: UnsafePointer<Float>, _ radius: UnsafePointer<Float>) {
    ck_relu_lines(CK_SLOPE_ZERO, center, radius, zero, upper, intercept, n)
    ck_relu_lines(CK_SLOPE_ONE, center, radius, one, upper, intercept, n)
  }
}
