/// An affine layer with noise, y = W'h + b' + d with |d| ≤ D = g·V + E (section "Affine layers").
///
/// It may read several values of the network, which are then joined to one vector h.
struct AffineLayer: Sendable {
  /// Which inputs an output reads, and by which weights.
  enum Taps: Sendable {
    /// All inputs, by a row of weights.
    case dense
    /// A window, by a row of weights for each channel.
    case window(Window)
    /// A window, by one weight, or by the weight for the number of elements not in the padding.
    case mean(Window, countsPadding: Bool)
    /// The input at the same place, by a weight for so many places.
    case scaling(span: Int)
    /// The input at a place, or none at −1.
    case gather([Int32])
    /// The inputs at the same place in two values.
    case sum
  }

  /// The coefficients of an affine layer before they are rounded to a grid.
  struct Coefficients {
    var weightCount = 1
    /// W as intervals.
    var weights: (Int) -> Interval = { _ in Interval(Dyadic(1)) }
    var biasCount = 1
    /// b as intervals; it has one for each of some neighbouring outputs.
    var biases: (Int) -> Interval = { _ in Interval(.zero) }
    /// The numbers that V counts for the offset; nil stands for |b|.
    var offsets: ((Int) -> Dyadic)?
  }

  let taps: Taps
  let inputCount, outputCount: Int
  let weights: Block
  /// b' has a number for each `biasSpan` neighbouring outputs.
  let bias: Block
  /// V counts these numbers for the bias.
  private let offset: Block
  private let biasSpan: Int
  /// The largest |W − W'| of a weight, and the largest |b − b'|.
  private let weightError, biasError: Dyadic
  /// n, the largest number of products of an output.
  let products: Int
  /// Whether the layer only moves scalars.
  let isMove: Bool
  /// g; nil for a layer without noise of a runtime: for moves, and in the guarantee `exact`.
  var noise: Dyadic?

  init(
    _ taps: Taps, inputs: Int, outputs: Int, products: Int, isMove: Bool = false,
    _ coefficients: Coefficients = Coefficients()
  ) throws(CheckError) {
    guard products <= Limits.products else {
      throw CheckError("a sum has more than \(Limits.products) products")
    }
    (self.taps, inputCount, outputCount) = (taps, inputs, outputs)
    (self.products, self.isMove) = (products, isMove)
    biasSpan = outputs / coefficients.biasCount
    var (weightError, biasError) = (Dyadic.zero, Dyadic.zero)
    weights = Block(
      near: coefficients.weights, count: coefficients.weightCount, bits: Block.Bits.weight,
      error: &weightError)
    let biases = coefficients.biases
    bias = Block(
      near: biases, count: coefficients.biasCount, bits: Block.Bits.value, error: &biasError)
    let offsets = coefficients.offsets ?? { biases($0).magnitude }
    offset = Block((0..<coefficients.biasCount).map(offsets), .up)
    (self.weightError, self.biasError) = (weightError, biasError)
  }

  /// Says whether the layer only moves, or has no more products than it reads values.
  var isLight: Bool {
    if case .sum = taps { return true }
    return isMove || products <= 1
  }

  /// How many roundings it counts as.
  var roundings: Int { isMove ? 0 : products + 6 }

  /// Calls `body` with each input that an output reads, and with the weight in units.
  @inline(__always)
  private func forEachTap(
    of output: Int, _ weights: UnsafeBufferPointer<Int64>,
    _ body: (_ input: Int, _ weight: Int64) -> Void
  ) {
    switch taps {
    case .dense:
      let start = output * inputCount
      for input in 0..<inputCount { body(input, weights[start + input]) }
    case .window(let window):
      let start = output / window.plane * window.taps
      window.forEachTap(of: output) { body($0, weights[start + $1]) }
    case .mean(let window, let countsPadding):
      let weight = weights[countsPadding ? 0 : window.count(output) - 1]
      window.forEachTap(of: output) { input, _ in body(input, weight) }
    case .scaling(let span): body(output, weights[output / span])
    case .gather(let places):
      if places[output] >= 0 { body(Int(places[output]), weights[0]) }
    case .sum:
      body(output, weights[0])
      body(output + outputCount, weights[0])
    }
  }

  // MARK: Forwards

  /// E = |W − W'|a + |b − b'|, and what underflows, as one number for all outputs.
  ///
  /// For `deployed` the differences count twice, since V has |W'| and |b'| in place of |W| and |b|
  /// and g is below 1.
  private func constantNoise(_ largestInput: Dyadic) -> Dyadic {
    let rounding = weightError.times(largestInput, .up).times(Dyadic(products), .up)
      .plus(biasError, .up)
    guard noise != nil else { return rounding }
    let factor = Dyadic(1).plus(weights.largest, .up).plus(largestInput, .up)
    return rounding.times(Dyadic(2), .up)
      .plus(factor.times(Dyadic(products + 1, exponent: -126), .up), .up)
  }

  /// Returns the box around c' = W'c + b' with r' = |W'|r + D, and D.
  func image(of input: Box) throws(CheckError) -> (output: Box, noise: Block) {
    let (centres, radii, sizes) = sums(of: input)
    let unit = input.exponent + weights.exponent
    let constant = constantNoise(input.largest)
    // V, r' and |c'| are at most this, and so below 2⁵⁸ units of the output.
    let bound = Dyadic(sizes.max() ?? 0, exponent: unit, .up).plus(offset.largest, .up)
      .plus(bias.largest, .up)
    let total = bound.plus(bound.times(noise ?? .zero, .up), .up).plus(constant, .up)
    let exponent = total.top - Block.Bits.value
    let constantUnits = constant.units(exponent, .up)
    var centre = [Int64](repeating: 0, count: outputCount)
    var (radius, noises) = (centre, centre)
    for output in 0..<outputCount {
      /// Brings a sum and a number of a block to units of the output.
      func units(_ sum: Int128, _ block: Block, _ rounding: Rounding) -> Int64 {
        let addend = Int128(block.values[output / biasSpan])
        return Int64(scaled(sum, by: unit - exponent, rounding))
          + Int64(scaled(addend, by: block.exponent - exponent, rounding))
      }
      // Two roundings to nearest move the centre by a unit at most.
      centre[output] = units(centres[output], bias, .nearest)
      let size = units(sizes[output], offset, .up)
      let share = noise.map { scaled(Int128(size) * Int128($0.mantissa), by: $0.exponent, .up) }
      noises[output] = Int64(share ?? 0) + constantUnits
      radius[output] =
        Int64(scaled(radii[output], by: unit - exponent, .up)) + noises[output] + 1
    }
    return (
      try Box(centre: centre, radius: radius, exponent: exponent),
      Block(noises, exponent: exponent)
    )
  }

  /// Returns W'c, |W'|r and |W'|a.
  private func sums(of input: Box) -> (centres: [Int128], radii: [Int128], sizes: [Int128]) {
    var centres = [Int128](repeating: 0, count: outputCount)
    var (radii, sizes) = (centres, centres)
    weights.values.withUnsafeBufferPointer { weights in
      input.centre.withUnsafeBufferPointer { centre in
        input.radius.withUnsafeBufferPointer { radius in
          for output in 0..<outputCount {
            // Sums of 2²⁰ products of 46 and 59 bits.
            var (sum, spread, size) = (Int128(0), Int128(0), Int128(0))
            forEachTap(of: output, weights) { input, weight in
              let magnitude = Int128(weight.magnitude)
              sum &+= Int128(weight) &* Int128(centre[input])
              spread &+= magnitude &* Int128(radius[input])
              size &+= magnitude &* Int128(centre[input].magnitude)
            }
            (centres[output], radii[output]) = (sum, spread)
            sizes[output] = size + spread
          }
        }
      }
    }
    return (centres, radii, sizes)
  }

  // MARK: Backwards

  /// Returns Λ·b' − |Λ|·D, rounded down.
  func constant(of form: Block, noise: Block) -> Dyadic {
    var (biases, noises) = (Int128(0), Int128(0))
    for (output, coefficient) in form.values.enumerated() where coefficient != 0 {
      biases &+= Int128(coefficient) &* Int128(bias.values[output / biasSpan])
      noises &+= Int128(coefficient.magnitude) &* Int128(noise.values[output])
    }
    return Dyadic(biases, exponent: form.exponent + bias.exponent, .down)
      .minus(Dyadic(noises, exponent: form.exponent + noise.exponent, .up), .down)
  }

  /// Returns ΛW' in units of 2 to the power of the two exponents together.
  func transposed(_ form: Block) -> [Int128] {
    var sums = [Int128](repeating: 0, count: inputCount)
    sums.withUnsafeMutableBufferPointer { sums in
      weights.values.withUnsafeBufferPointer { weights in
        for (output, coefficient) in form.values.enumerated() where coefficient != 0 {
          // Sums of 2²² products of 44 and 46 bits.
          forEachTap(of: output, weights) { input, weight in
            sums[input] &+= Int128(coefficient) &* Int128(weight)
          }
        }
      }
    }
    return sums
  }
}
