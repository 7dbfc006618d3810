import CKernels

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

    init(_ form: DeviceArray, batch: Int) {
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
  /// Where Λ ≥ 0 the lower line is taken, elsewhere the upper one: Λ' = Λ⁺ · lowerSlope +
  /// Λ⁻ · upperSlope, and the constant gains Σ Λ⁺ · lowerIntercept + Λ⁻ · upperIntercept.
  static func relax(_ form: DeviceArray, _ lines: LineArrays) -> (
    form: DeviceArray, constant: DeviceArray
  ) {
    let size = Extents(form, batch: lines.lowerSlope.shape[0])
    let (n, rows) = (size.n, size.rows)
    let (out, constant) = (result([size.batch, rows, n]), result([size.batch, rows]))
    let (source, p) = (form.pointer, LinePointers(lines))
    size.forEachRow { example, row in
      let from = source + example * size.formStride + row * n
      let to = out.pointer + (example * rows + row) * n
      let i = example * n
      constant.pointer[example * rows + row] =
        ck_relax(from, p.lowerSlope + i, p.upperSlope + i, p.upperIntercept + i, to, n)
        + ck_relax_constant(from, p.lowerIntercept + i, n)
    }
    keepAlive(form, lines)
    return (out.array, constant.array)
  }

  /// Gradients of ``relax(_:_:)``: of the form, and of the lines.
  static func relaxBackward(
    _ form: DeviceArray, _ lines: LineArrays, formGradient: DeviceArray,
    constantGradient: DeviceArray
  ) -> (form: DeviceArray, lines: LineArrays) {
    let size = Extents(form, batch: lines.lowerSlope.shape[0])
    precondition(form.shape[0] == size.batch, "a shared form has no gradient")
    let (n, rows) = (size.n, size.rows)
    let dForm = result(form.shape)
    let dLines = LineArrays((0..<4).map { _ in Host.zeros(lines.lowerSlope.shape) })
    let (source, p, d) = (form.pointer, LinePointers(lines), LinePointers(dLines))
    let (gf, gc) = (formGradient.pointer, constantGradient.pointer)
    size.forEachExample { example in
      let i = example * n
      for row in 0..<rows {
        let offset = (example * rows + row) * n
        let (from, to, c) = (source + offset, dForm.pointer + offset, gc[example * rows + row])
        ck_relax_gradient(
          from, p.lowerSlope + i, p.upperSlope + i, p.upperIntercept + i, gf + offset, c, to,
          d.lowerSlope + i, d.upperSlope + i, d.upperIntercept + i, n)
        ck_relax_constant_gradient(
          from, p.lowerIntercept + i, c, to, d.lowerIntercept + i, n)
      }
    }
    keepAlive(form, lines, formGradient, constantGradient)
    return (dForm.array, dLines)
  }

  private struct LinePointers {
    let lowerSlope, lowerIntercept, upperSlope, upperIntercept: UnsafeMutablePointer<Float>

    init(_ lines: LineArrays) {
      func pointer(_ array: DeviceArray) -> UnsafeMutablePointer<Float> {
        .init(mutating: array.pointer)
      }
      lowerSlope = pointer(lines.lowerSlope)
      lowerIntercept = pointer(lines.lowerIntercept)
      upperSlope = pointer(lines.upperSlope)
      upperIntercept = pointer(lines.upperIntercept)
    }
  }

  // MARK: Constants from a bias

  /// Σ over positions and channels of Λ · bias: [batch, rows, positions × channels] → [batch,
  /// rows].
  static func dotBias(_ form: DeviceArray, _ bias: DeviceArray) -> DeviceArray {
    let size = Extents(form, batch: form.shape[0])
    let out = result([size.batch, size.rows])
    let (source, tile) = (form.pointer, BiasTile(bias, upTo: size.n))
    size.forEachRow { example, row in
      let from = source + (example * size.rows + row) * size.n
      var sum: Float = 0
      tile.forEachRun { start, count in
        sum += ck_dot(from + start, tile.pointer, count)
      }
      out.pointer[example * size.rows + row] = sum
    }
    keepAlive(form, tile.array)
    return out.array
  }

  /// Adds g[batch, row] · bias to every position of a form, in place.
  static func addBias(_ form: inout DeviceArray, _ bias: DeviceArray, times g: DeviceArray) {
    let size = Extents(form, batch: form.shape[0])
    let (scale, tile) = (g.pointer, BiasTile(bias, upTo: size.n))
    let start = form.ownPointer()
    size.forEachRow { example, row in
      let to = start + (example * size.rows + row) * size.n
      let factor = scale[example * size.rows + row]
      tile.forEachRun { start, count in
        ck_accumulate_scaled(factor, tile.pointer, to + start, count)
      }
    }
    keepAlive(g, tile.array, form)
  }
}

/// A bias repeated, so that loops over a few channels become long ones.
private struct BiasTile {
  let array: DeviceArray
  private let total: Int
  var pointer: UnsafePointer<Float> { array.pointer }

  /// - Parameter total: The length that the runs cover, a multiple of the channels.
  init(_ bias: DeviceArray, upTo total: Int) {
    let channels = bias.count
    let copies = max(min(1024, total) / channels, 1)
    self.total = total
    array = Host.array(shape: [copies * channels]) { out in
      for copy in 0..<copies {
        (out + copy * channels).update(from: bias.pointer, count: channels)
      }
    }
    keepAlive(bias)
  }

  @inline(__always)
  func forEachRun(_ body: (_ start: Int, _ count: Int) -> Void) {
    for start in stride(from: 0, to: total, by: array.count) {
      body(start, min(array.count, total - start))
    }
  }
}
