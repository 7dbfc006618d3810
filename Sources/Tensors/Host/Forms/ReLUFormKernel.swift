import CKernels
import Relaxations

/// Replaces ReLU by its lines in linear forms, with the lines of one example at a time in cache:
/// what ``activationLines(_:center:radius:slope:)`` and ``relaxedForm(_:_:)`` do in two passes.
enum ReLUFormKernel {
  /// Returns the forms over the pre-activation and what their constants gain. Rows are shared among
  /// the threads, and a thread computes the lines again where the example changes.
  ///
  /// - Returns: Λ⁺ · lowerSlope + Λ⁻ · upperSlope, and Σ Λ⁻ · upperIntercept.
  static func forward(
    _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray, _ slope: ReLUSlope
  ) -> (form: DeviceArray, constant: DeviceArray) {
    let size = LinearFormKernel.Extents(form, batch: center.shape[0])
    let (n, rows) = (size.n, size.rows)
    let (out, constant) = (result([size.batch, rows, n]), result([size.batch, rows]))
    let (source, cs, rs) = (form.pointer, center.pointer, radius.pointer)
    parallelRanges(size.batch * rows, work: size.batch * rows * n) { range in
      let lines = LineBuffer(n)
      var known = -1
      for i in range {
        let (example, row) = (i / rows, i % rows)
        if example != known {
          lines.fill(slope, cs + example * n, rs + example * n)
          known = example
        }
        constant.pointer[i] = ck_relax(
          source + example * size.formStride + row * n, lines.lower, lines.upper, lines.intercept,
          out.pointer + i * n, n)
      }
    }
    keepAlive(form, center, radius)
    return (out.array, constant.array)
  }

  /// Returns the gradients of form, centre and radius. The gradients of the lines are summed over
  /// an example's rows first, then carried to the box once.
  static func backward(
    _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray, _ slope: ReLUSlope,
    formGradient: DeviceArray,
    constantGradient: DeviceArray
  ) -> (form: DeviceArray, center: DeviceArray, radius: DeviceArray) {
    let size = LinearFormKernel.Extents(form, batch: center.shape[0])
    precondition(form.shape[0] == size.batch, "a shared form has no gradient")
    let (n, rows) = (size.n, size.rows)
    let dForm = result(form.shape)
    let (dCenter, dRadius) = (result(center.shape), result(center.shape))
    let (source, cs, rs) = (form.pointer, center.pointer, radius.pointer)
    let (gf, gc) = (formGradient.pointer, constantGradient.pointer)
    parallelRanges(size.batch, work: size.batch * rows * n) { range in
      let (lines, sums) = (LineBuffer(n), LineBuffer(n))
      for example in range {
        lines.fill(slope, cs + example * n, rs + example * n)
        sums.clear()
        for row in 0..<rows {
          let i = example * rows + row
          ck_relax_gradient(
            source + i * n, lines.lower, lines.upper, lines.intercept, gf + i * n, gc[i],
            dForm.pointer + i * n, sums.lower, sums.upper, sums.intercept, n)
        }
        // Under this rule the lower slope is the chord's, so its gradient is one of the upper
        // slope. Under the others it is a constant.
        if slope == .same { ck_accumulate(sums.lower, sums.upper, n) }
        ck_relu_lines_gradient(
          cs + example * n, rs + example * n, sums.upper, sums.intercept,
          dCenter.pointer + example * n, dRadius.pointer + example * n, n)
      }
    }
    keepAlive(form, center, radius, formGradient, constantGradient)
    return (dForm.array, dCenter.array, dRadius.array)
  }
}

/// Lower slopes, upper slopes and upper intercepts of one example, or their gradients.
private struct LineBuffer {
  /// The three runs of n numbers, one after another.
  private let storage: Buffer
  /// The number of neurons.
  private let n: Int

  /// Takes memory for n neurons.
  init(_ n: Int) {
    storage = Buffer(count: 3 * n)
    self.n = n
  }

  /// The lower slopes; lower intercepts are 0.
  var lower: UnsafeMutablePointer<Float> { storage.pointer }
  /// The upper slopes.
  var upper: UnsafeMutablePointer<Float> { storage.pointer + n }
  /// The upper intercepts.
  var intercept: UnsafeMutablePointer<Float> { storage.pointer + 2 * n }

  /// Computes the lines of an example from its pre-activation bounds.
  func fill(_ slope: ReLUSlope, _ center: UnsafePointer<Float>, _ radius: UnsafePointer<Float>) {
    ck_relu_lines(slope.code, center, radius, lower, upper, intercept, n)
  }

  /// Sets all to zero, before rows add their gradients.
  func clear() { storage.pointer.update(repeating: 0, count: 3 * n) }
}

extension ReLUSlope {
  /// The rule's name in CKernels.
  var code: ck_slope {
    switch self {
    case .adaptive: CK_SLOPE_ADAPTIVE
    case .same: CK_SLOPE_SAME
    case .zero: CK_SLOPE_ZERO
    case .one: CK_SLOPE_ONE
    }
  }
}
