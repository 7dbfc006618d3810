import RealModule

/// Loops over the coefficients Λ of linear forms, [batch, rows, n], against tensors [batch, n].
///
/// A form may also be shared by the whole batch: Λ is then [1, rows, n] and every example reads the
/// same rows.
enum LinearFormKernel {
  /// Sizes of a form [formBatch, rows, n] against operands [batch, n].
  struct Extents {
    let batch: Int
    let rows: Int
    let n: Int
    /// Distance in Λ from one example to the next; 0 for a shared form.
    let formStride: Int

    init(_ form: Tensor, batch: Int) {
      precondition(form.shape.count == 3, "a linear form is [batch, rows, n], not \(form.shape)")
      precondition(form.shape[0] == batch || form.shape[0] == 1, "batch of form and operand")
      (rows, n) = (form.shape[1], form.shape[2])
      self.batch = batch
      formStride = form.shape[0] == batch ? rows * n : 0
    }

    /// Runs `body` for each example and row, examples in parallel where there are enough.
    @inline(__always)
    func forEachRow(_ body: (_ example: Int, _ row: Int) -> Void) {
      parallelRanges(batch * rows, work: batch * rows * n) { range in
        for i in range { body(i / rows, i % rows) }
      }
    }

    @inline(__always)
    func forEachExample(_ body: (_ example: Int) -> Void) {
      parallelRanges(batch, work: batch * rows * n) { range in
        for example in range { body(example) }
      }
    }
  }

  // MARK: Replacing an activation by its lines

  /// Substitutes lines for an activation in a lower-bounding form.
  ///
  /// Where Λ ≥ 0 the lower line is taken (through the origin), elsewhere the upper one:
  /// Λ' = Λ⁺ · lowerSlope + Λ⁻ · upperSlope, and the constant gains Σ Λ⁻ · upperIntercept.
  static func relax(
    _ form: Tensor, lowerSlope: Tensor, upperSlope: Tensor, upperIntercept: Tensor
  ) -> (form: Tensor, constant: Tensor) {
    let size = Extents(form, batch: lowerSlope.shape[0])
    let (n, rows) = (size.n, size.rows)
    let out = result([size.batch, rows, n])
    let constant = result([size.batch, rows])
    let (source, ls, us, ui) = (
      form.pointer, lowerSlope.pointer, upperSlope.pointer, upperIntercept.pointer
    )
    size.forEachRow { example, row in
      let from = source + example * size.formStride + row * n
      let to = out.pointer + (example * rows + row) * n
      let (l, u, t) = (ls + example * n, us + example * n, ui + example * n)
      var sum: Float = 0
      for i in 0..<n {
        let positive = max(from[i], 0)
        let negative = min(from[i], 0)
        to[i] = positive * l[i] + negative * u[i]
        sum = Relaxed.multiplyAdd(negative, t[i], sum)
      }
      constant.pointer[example * rows + row] = sum
    }
    keepAlive(form, lowerSlope, upperSlope, upperIntercept)
    return (out.tensor, constant.tensor)
  }

  struct RelaxGradients {
    var form: Tensor
    var lowerSlope: Tensor
    var upperSlope: Tensor
    var upperIntercept: Tensor
  }

  /// Gradients of ``relax(_:lowerSlope:upperSlope:upperIntercept:)``.
  static func relaxBackward(
    _ form: Tensor, lowerSlope: Tensor, upperSlope: Tensor, upperIntercept: Tensor,
    formGradient: Tensor, constantGradient: Tensor
  ) -> RelaxGradients {
    let size = Extents(form, batch: lowerSlope.shape[0])
    precondition(form.shape[0] == size.batch, "a shared form has no gradient")
    let (n, rows) = (size.n, size.rows)
    let dForm = result(form.shape)
    let (dl, du, dt) = (
      result(lowerSlope.shape), result(lowerSlope.shape), result(lowerSlope.shape)
    )
    let (source, ls, us, ui) = (
      form.pointer, lowerSlope.pointer, upperSlope.pointer, upperIntercept.pointer
    )
    let (gf, gc) = (formGradient.pointer, constantGradient.pointer)
    size.forEachExample { example in
      let (l, u, t) = (ls + example * n, us + example * n, ui + example * n)
      let (ol, ou, ot) = (
        dl.pointer + example * n, du.pointer + example * n, dt.pointer + example * n
      )
      for row in 0..<rows {
        let offset = (example * rows + row) * n
        let (from, g, to) = (source + offset, gf + offset, dForm.pointer + offset)
        let c = gc[example * rows + row]
        if row == 0 {
          for i in 0..<n {
            let positive = max(from[i], 0)
            let negative = min(from[i], 0)
            to[i] = from[i] >= 0 ? g[i] * l[i] : g[i] * u[i] + c * t[i]
            ol[i] = positive * g[i]
            ou[i] = negative * g[i]
            ot[i] = negative * c
          }
        } else {
          for i in 0..<n {
            let positive = max(from[i], 0)
            let negative = min(from[i], 0)
            to[i] = from[i] >= 0 ? g[i] * l[i] : g[i] * u[i] + c * t[i]
            ol[i] += positive * g[i]
            ou[i] += negative * g[i]
            ot[i] += negative * c
          }
        }
      }
    }
    keepAlive(form, lowerSlope, upperSlope, upperIntercept, formGradient, constantGradient)
    return RelaxGradients(
      form: dForm.tensor, lowerSlope: dl.tensor, upperSlope: du.tensor, upperIntercept: dt.tensor)
  }

  // MARK: Constants from a bias

  /// Σ over positions and channels of Λ · bias: [batch, rows, positions × channels] → [batch, rows].
  static func dotBias(_ form: Tensor, _ bias: Tensor) -> Tensor {
    let size = Extents(form, batch: form.shape[0])
    let channels = bias.count
    let out = result([size.batch, size.rows])
    let (source, b) = (form.pointer, bias.pointer)
    size.forEachRow { example, row in
      let from = source + (example * size.rows + row) * size.n
      var sum: Float = 0
      for position in 0..<(size.n / channels) {
        let values = from + position * channels
        for i in 0..<channels { sum = Relaxed.multiplyAdd(values[i], b[i], sum) }
      }
      out.pointer[example * size.rows + row] = sum
    }
    keepAlive(form, bias)
    return out.tensor
  }

  /// Adds g[batch, row] · bias to every position of a form, in place.
  static func addBias(_ form: inout Tensor, _ bias: Tensor, times g: Tensor) {
    let size = Extents(form, batch: form.shape[0])
    let channels = bias.count
    let (b, scale) = (bias.pointer, g.pointer)
    form.withUnsafeMutableScalars { scalars in
      let start = scalars.baseAddress!
      size.forEachRow { example, row in
        let to = start + (example * size.rows + row) * size.n
        let factor = scale[example * size.rows + row]
        for position in 0..<(size.n / channels) {
          let values = to + position * channels
          for i in 0..<channels { values[i] += factor * b[i] }
        }
      }
    }
    keepAlive(bias, g)
  }
}
