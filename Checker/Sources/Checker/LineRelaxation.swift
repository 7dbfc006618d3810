/// What a backward pass takes for a layer that is not affine: a line below and one above each of
/// its outputs, Λ·y ≥ Σ Λ·(slope · h + intercept) − |Λ|·D.
///
/// A form takes the lower line where its coefficient is positive and the upper one where it is
/// negative.
struct LineRelaxation: Sendable {
  /// One of the two lines of each output.
  struct Side: Sendable {
    /// The input that each line is in; nil if it is the one at the output's place.
    let inputs: [Int32]?
    /// In units of 2 to the power of ``PiecewiseFunction/slopeUnit``.
    let slopes: [Int64]
    /// Rounded to the side of the line.
    let intercepts: Block
  }

  let lower, upper: Side
  /// D; nil where there is none.
  let noise: Block?
  let inputCount: Int

  /// Takes the lines of a piecewise linear function, one for each neuron.
  init(_ lines: [PiecewiseFunction.Lines], noise: Block?) {
    lower = Side(
      inputs: nil, slopes: lines.map(\.lowerSlope),
      intercepts: Block(lines.map(\.lowerIntercept), .down))
    upper = Side(
      inputs: nil, slopes: lines.map(\.upperSlope),
      intercepts: Block(lines.map(\.upperIntercept), .up))
    (self.noise, inputCount) = (noise, lines.count)
  }

  /// Takes the lines of max pooling (section "Max pooling").
  init(pooling input: Box, _ windows: [Extremes]) {
    let one = Int64(1) << -PiecewiseFunction.slopeUnit
    var (below, above): ([Int32], [Int32]) = ([], [])
    var slopes: [Int64] = []
    var intercepts: [Dyadic] = []
    for extremes in windows {
      below.append(Int32(extremes.largestLower))
      above.append(Int32(extremes.largestUpper))
      let interval = input[extremes.largestUpper]
      guard let second = extremes.secondUpper, second > interval.lower else {
        slopes.append(one)
        intercepts.append(.zero)
        continue
      }
      let slope = interval.upper.minus(second, .nearest)
        .over(interval.upper.minus(interval.lower, .nearest), .nearest)
        .units(PiecewiseFunction.slopeUnit, .nearest)
      let line = Dyadic(Int(slope), exponent: PiecewiseFunction.slopeUnit)
      slopes.append(slope)
      // max(v − s·l, u − s·u)
      intercepts.append(
        max(
          second.minus(line.times(interval.lower, .down), .up),
          interval.upper.minus(line.times(interval.upper, .down), .up)))
    }
    let ones = [Int64](repeating: one, count: below.count)
    lower = Side(
      inputs: below, slopes: ones, intercepts: Block(ones.map { _ in 0 }, exponent: 0))
    upper = Side(inputs: above, slopes: slopes, intercepts: Block(intercepts, .up))
    (noise, inputCount) = (nil, input.count)
  }

  /// Returns the coefficients over the inputs, in units of 2 to the power of the form's exponent
  /// and ``PiecewiseFunction/slopeUnit`` together, and what the constant gains, rounded down.
  func transposed(_ form: Block) -> (sums: [Int128], constant: Dyadic) {
    var sums = [Int128](repeating: 0, count: inputCount)
    // Sums of 2²² products of 44 bits and 58.
    var (below, above, noises) = (Int128(0), Int128(0), Int128(0))
    for (output, coefficient) in form.values.enumerated() where coefficient != 0 {
      let side = coefficient > 0 ? lower : upper
      let input = side.inputs.map { Int($0[output]) } ?? output
      sums[input] &+= Int128(coefficient) &* Int128(side.slopes[output])
      let gain = Int128(coefficient) &* Int128(side.intercepts.values[output])
      if coefficient > 0 { below &+= gain } else { above &+= gain }
      if let noise { noises &+= Int128(coefficient.magnitude) &* Int128(noise.values[output]) }
    }
    let constant = Dyadic(below, exponent: form.exponent + lower.intercepts.exponent, .down)
      .plus(Dyadic(above, exponent: form.exponent + upper.intercepts.exponent, .down), .down)
      .minus(Dyadic(noises, exponent: form.exponent + (noise?.exponent ?? 0), .up), .down)
    return (sums, constant)
  }
}

/// The elements of a window that the lines of max pooling are made of.
struct Extremes {
  /// The elements with the largest lower and upper end.
  private(set) var largestLower = -1, largestUpper = -1
  /// The largest upper end of the other elements; nil if there are none.
  private(set) var secondUpper: Dyadic?

  init(of input: Box, _ window: Window, _ output: Int) {
    // Ends are compared in units of the box.
    var (lower, upper, second): (Int64?, Int64?, Int64?) = (nil, nil, nil)
    window.forEachTap(of: output) { element, _ in
      let (centre, radius) = (input.centre[element], input.radius[element])
      if lower.map({ centre - radius > $0 }) ?? true {
        (lower, largestLower) = (centre - radius, element)
      }
      if upper.map({ centre + radius > $0 }) ?? true {
        (second, upper, largestUpper) = (upper, centre + radius, element)
      } else {
        second = max(second ?? centre + radius, centre + radius)
      }
    }
    secondUpper = second.map { Dyadic(Int($0), exponent: input.exponent) }
  }
}
