import CKernels

/// Loops over the coefficients Λ of linear forms, [batch, rows, n], against tensors [batch, n].
///
/// A form may also be shared by the whole batch: Λ is then [1, rows, n] and every example reads the
/// same rows. Results have coefficients for each example in any case.
enum LinearFormKernel {
  /// Sizes of a form [formBatch, rows, n] against operands [batch, n], and the loops over them.
  struct Extents {
    /// The number of examples, that of the operands.
    let batch: Int
    /// The number of rows of each example, such as margins.
    let rows: Int
    /// The number of coefficients of a row.
    let n: Int
    /// Distance in Λ from one example to the next; 0 for a shared form.
    let formStride: Int

    /// Reads the sizes off a form; it traps where the form has neither one example nor as many as
    /// the operands.
    init(_ form: DeviceArray, batch: Int) {
      precondition(form.shape.count == 3, "a linear form is [batch, rows, n], not \(form.shape)")
      precondition(form.shape[0] == batch || form.shape[0] == 1, "batch of form and operand")
      (rows, n) = (form.shape[1], form.shape[2])
      self.batch = batch
      formStride = form.shape[0] == batch ? rows * n : 0
    }

    /// Runs `body` for each example and row, in parallel where there are enough. The body writes
    /// what belongs to its row only.
    @inline(__always)
    func forEachRow(_ body: (_ example: Int, _ row: Int) -> Void) {
      parallelRanges(batch * rows, work: batch * rows * n) { range in
        for i in range { body(i / rows, i % rows) }
      }
    }

    /// Runs `body` for each example, in parallel where there are enough. Sums over the rows of an
    /// example are made so, by one thread.
    @inline(__always)
    func forEachExample(_ body: (_ example: Int) -> Void) {
      parallelRanges(batch, work: batch * rows * n) { range in
        for example in range { body(example) }
      }
    }
  }

  /// Sums over the rows of each example what they give to the gradients of a box's centre and radius.
  ///
  /// - Parameters:
  ///   - form: Λ, [batch or 1, rows, n].
  ///   - shape: The shape of the centre and of the radius, [batch, …].
  ///   - add: Adds what the row with coefficients `from` gives; `index` counts the rows of the batch.
  /// - Returns: Both gradients, each of the shape.
  @inline(__always)
  static func boxGradients(
    _ form: DeviceArray, shape: [Int],
    _ add: (
      _ from: UnsafePointer<Float>, _ index: Int, _ center: UnsafeMutablePointer<Float>,
      _ radius: UnsafeMutablePointer<Float>, _ n: Int
    ) -> Void
  ) -> (center: DeviceArray, radius: DeviceArray) {
    let size = Extents(form, batch: shape[0])
    let (dCenter, dRadius) = (Host.zeros(shape), Host.zeros(shape))
    let source = form.pointer
    let (dcs, drs) = (
      UnsafeMutablePointer(mutating: dCenter.pointer),
      UnsafeMutablePointer(mutating: dRadius.pointer)
    )
    size.forEachExample { example in
      let (dc, dr) = (dcs + example * size.n, drs + example * size.n)
      for row in 0..<size.rows {
        let from = source + example * size.formStride + row * size.n
        add(from, example * size.rows + row, dc, dr, size.n)
      }
    }
    keepAlive(form)
    return (dCenter, dRadius)
  }

  // MARK: Replacing an activation by its lines

  /// Substitutes lines for an activation in a lower-bounding form.
  ///
  /// Where Λ ≥ 0 the lower line is taken, elsewhere the upper one: Λ' = Λ⁺ · lowerSlope + Λ⁻ ·
  /// upperSlope, and the constant gains Σ Λ⁺ · lowerIntercept + Λ⁻ · upperIntercept.
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

  /// Returns the gradients of ``relax(_:_:)``: of the form, and of the lines, the latter summed
  /// over the rows of an example.
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

  /// The addresses of four line arrays, for reading or, where the arrays are new, for writing.
  struct LinePointers {
    let lowerSlope, lowerIntercept, upperSlope, upperIntercept: UnsafeMutablePointer<Float>

    /// Takes the addresses; the caller keeps the arrays alive.
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

  /// Returns Σ over positions and channels of Λ · bias: [batch, rows, positions × channels] →
  /// [batch, rows].
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

/// A bias repeated, so that loops over a few channels become long ones of up to 1024 scalars.
private struct BiasTile {
  /// The copies of the bias, one after another.
  let array: DeviceArray
  /// The length that the runs cover.
  private let total: Int
  /// The address of the copies.
  var pointer: UnsafePointer<Float> { array.pointer }

  /// Copies the bias as often as 1024 scalars, or the whole length, have room for it, and at least
  /// once.
  ///
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

  /// Calls `body` with the start and the length of each run; all runs begin at the first channel.
  @inline(__always)
  func forEachRun(_ body: (_ start: Int, _ count: Int) -> Void) {
    for start in stride(from: 0, to: total, by: array.count) {
      body(start, min(array.count, total - start))
    }
  }
}
