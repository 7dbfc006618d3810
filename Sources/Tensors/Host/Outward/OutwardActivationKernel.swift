import Relaxations

/// Intervals and lines of a function that hold for what a runtime computes for it, and in spite of
/// rounding here.
///
/// Ends and lines are computed in Double by ``ScalarFunction``, whose values err by a few last bits.
/// 2⁻⁴⁴ of the magnitudes stands for these.
enum OutwardActivationKernel {
  /// The errors of Double: of values, of slopes times ends, and of their differences.
  private static let doubleError = 0x1p-44

  /// The interval of a box's scalar in Double: c − r and c + r, beyond their rounding.
  private static func ends(_ c: Float, _ r: Float) -> (l: Double, u: Double) {
    // A NaN stays one, and so does what is too large: infinity would be lost in a function that
    // flattens out.
    guard c.magnitude + r < 0x1p100 else { return (.nan, .nan) }
    return ((Double(c) - Double(r)).nextDown, (Double(c) + Double(r)).nextUp)
  }

  // MARK: Intervals

  /// Returns boxes that hold the function's values on boxes, in centre and radius form.
  ///
  /// - Parameter f: The function of a channel; functions repeat along the scalars.
  static func interval(
    _ f: [any ScalarFunction], _ center: DeviceArray, _ radius: DeviceArray,
    deployed: Bool
  ) -> (center: DeviceArray, radius: DeviceArray) {
    let (lower, upper) = (result(center.shape), result(center.shape))
    let (c, r) = (center.pointer, radius.pointer)
    let period = f.count
    parallelRanges(center.count / period, work: 16 * center.count) { range in
      for (channel, function) in f.enumerated() {
        fill(function, deployed, range, period, channel, c, r, lower.pointer, upper.pointer)
      }
    }
    keepAlive(center, radius)
    return HostOutward().interval(lower: lower.array, upper: upper.array)
  }

  /// Fills the ends of every period-th scalar; the function is opened here, once for the loop.
  private static func fill(
    _ f: some ScalarFunction, _ deployed: Bool, _ range: Range<Int>, _ period: Int,
    _ channel: Int, _ c: UnsafePointer<Float>, _ r: UnsafePointer<Float>,
    _ lower: UnsafeMutablePointer<Float>, _ upper: UnsafeMutablePointer<Float>
  ) {
    let tolerance = f.tolerance(deployed: deployed)
    for position in range {
      let i = position * period + channel
      let (l, u) = ends(c[i], r[i])
      guard !l.isNaN else {
        (lower[i], upper[i]) = (.nan, .nan)
        continue
      }
      let values = f.extremes(l, u)
      let error = tolerance.error(upTo: max(abs(l), abs(u)))
      let (least, largest) = (values.least.value, values.largest.value)
      // One step beyond the nearest Float covers the conversion; the rest is added in Double.
      lower[i] = Float(least - error - abs(least) * doubleError).nextDown
      upper[i] = Float(largest + error + abs(largest) * doubleError).nextUp
    }
  }

  // MARK: Lines

  /// Returns lines around the function on boxes, which hold for slopes that are off by a rounding.
  ///
  /// - Parameter f: The function of a channel; functions repeat along the scalars.
  static func lines(
    _ f: [any ScalarFunction], _ center: DeviceArray, _ radius: DeviceArray, _ rule: ReLUSlope,
    deployed: Bool
  ) -> LineArrays {
    let tensors = (0..<4).map { _ in result(center.shape) }
    let out = tensors.map(\.pointer)
    let (c, r) = (center.pointer, radius.pointer)
    let period = f.count
    parallelRanges(center.count / period, work: 64 * center.count) { range in
      for (channel, function) in f.enumerated() {
        fillLines(function, rule, deployed, range, period, channel, c, r, out)
      }
    }
    keepAlive(center, radius)
    return LineArrays(tensors.map(\.array))
  }

  private static func fillLines(
    _ f: some ScalarFunction, _ rule: ReLUSlope, _ deployed: Bool,
    _ range: Range<Int>, _ period: Int, _ channel: Int, _ c: UnsafePointer<Float>,
    _ r: UnsafePointer<Float>, _ out: [UnsafeMutablePointer<Float>]
  ) {
    let tolerance = f.tolerance(deployed: deployed)
    for position in range {
      let i = position * period + channel
      let (l, u) = ends(c[i], r[i])
      guard !l.isNaN else {
        (out[0][i], out[1][i], out[2][i], out[3][i]) = (0, .nan, 0, .nan)
        continue
      }
      let lines = f.relaxation(l, u, rule)
      let (low, high) = (lines.lower, lines.upper)
      out[0][i] = Float(low.slope)
      out[1][i] = OutwardFormKernel.roundedDown(low.intercept - allowance(low, l, u, tolerance))
      out[2][i] = Float(high.slope)
      out[3][i] = -OutwardFormKernel.roundedDown(
        -(high.intercept + allowance(high, l, u, tolerance)))
    }
  }

  /// How far a line has to move so that it holds whatever is rounded: its slope once more, which a
  /// coefficient times the slope is; a runtime's value; and what was computed here.
  private static func allowance(
    _ line: ActivationRelaxation.Line, _ l: Double, _ u: Double, _ tolerance: RuntimeTolerance
  ) -> Double {
    let magnitude = max(abs(l), abs(u))
    let steepest = abs(line.slope) * magnitude
    return tolerance.error(upTo: magnitude) + steepest * 0x1.01p-24
      + (abs(line.intercept) + steepest) * doubleError
  }

  // MARK: Lines of each row

  /// Returns forms over the function's input where each row chooses lines of the hull by positions,
  /// and what their constants gain.
  ///
  /// - Parameter f: The function of a channel; functions repeat along the scalars.
  static func relax(
    _ f: [any ScalarFunction], _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray,
    _ alpha: DeviceArray, deployed: Bool
  ) -> (form: DeviceArray, constant: DeviceArray) {
    let size = LinearFormKernel.Extents(form, batch: center.shape[0])
    let (n, rows) = (size.n, size.rows)
    let out = result([size.batch, rows, n])
    let constant = result([size.batch, rows])
    let (c, r, positions) = (center.pointer, radius.pointer, alpha.pointer)
    let error = OutwardFormKernel.error(n)
    parallelRanges(size.batch, work: 64 * out.array.count) { range in
      for example in range {
        var sums = RowSums(rows)
        for (channel, function) in f.enumerated() {
          let tolerance = function.tolerance(deployed: deployed)
          for neuron in stride(from: channel, to: n, by: f.count) {
            let (l, u) = ends(c[example * n + neuron], r[example * n + neuron])
            let column = Column(
              source: form.pointer + example * size.formStride + neuron,
              positions: positions + example * rows * n + neuron,
              target: out.pointer + example * rows * n + neuron, stride: n)
            relax(function, column, l, u, tolerance, &sums)
          }
        }
        for row in 0..<rows {
          constant.pointer[example * rows + row] = OutwardFormKernel.roundedDown(
            sums.sums[row] - error * sums.sizes[row])
        }
      }
    }
    keepAlive(form, center, radius, alpha)
    return (out.array, constant.array)
  }

  /// The coefficients of a neuron in all rows of an example.
  private struct Column {
    let source, positions: UnsafePointer<Float>
    let target: UnsafeMutablePointer<Float>
    let stride: Int
  }

  /// Sums of terms by row, and of their magnitudes.
  private struct RowSums {
    var sums, sizes: [Double]

    init(_ rows: Int) {
      (sums, sizes) = ([Double](repeating: 0, count: rows), [Double](repeating: 0, count: rows))
    }
  }

  /// Replaces a neuron's coefficients; the function is opened here.
  private static func relax(
    _ f: some ScalarFunction, _ column: Column, _ l: Double, _ u: Double,
    _ tolerance: RuntimeTolerance, _ sums: inout RowSums
  ) {
    guard !l.isNaN else {
      for row in sums.sums.indices {
        column.target[row * column.stride] = 0
        sums.sums[row] = .nan
      }
      return
    }
    let hull = f.hull(l, u)
    for row in sums.sums.indices {
      let i = row * column.stride
      let x = column.source[i]
      let side: Side = x < 0 ? .above : .below
      let line = f.line(side, of: hull, at: Double(column.positions[i])).line
      let moved = allowance(line, l, u, tolerance)
      let term = Double(x) * (line.intercept + (side == .above ? moved : -moved))
      column.target[i] = x * Float(line.slope)
      sums.sums[row] += term
      sums.sizes[row] += abs(term)
    }
  }
}
