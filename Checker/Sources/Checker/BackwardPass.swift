/// Gathers what is known of an example's values up to some node.
struct ExampleBounds: Sendable {
  /// A backward pass puts this in the place of a node.
  enum Relation: Sendable {
    /// y = W'h + b' + d with |d| ≤ D.
    case affine(AffineLayer, noise: Block)
    case lines(LineRelaxation)
  }

  let network: Network
  let input: InputSet
  /// The boxes of the values so far.
  var boxes: [Box]
  /// The nodes so far.
  var relations: [Relation] = []

  init(_ network: Network, _ input: InputSet) {
    (self.network, self.input, boxes) = (network, input, [input.box])
  }

  /// Returns the least value of a form over a value's box, or over the set of inputs.
  func least(of form: Block, over value: Int) -> Dyadic {
    value == 0 ? input.least(of: form) : boxes[value].least(of: form)
  }
}

/// A form Σ Λᵥ·v + κ over values v of the network that stays below what it bounds (section
/// "Backward passes").
struct BackwardPass {
  private let bounds: ExampleBounds
  /// The lines of layers that the pass takes in place of those of the bounds, by node.
  private let own: [Int: LineRelaxation]
  /// Λ for each value that the form mentions.
  private var coefficients: [Int: Block] = [:]
  /// κ.
  private var constant = Dyadic.zero

  /// Returns a lower bound of a row over a value.
  ///
  /// - Parameters:
  ///   - row: Some scalars of the value, with coefficients of 1 or −1.
  ///   - end: The pass goes through the nodes down to this one.
  static func lowerBound(
    of row: [(place: Int, coefficient: Int64)], over value: Int, downTo end: Int = 0,
    _ bounds: ExampleBounds, own: [Int: LineRelaxation] = [:]
  ) throws(CheckError) -> Dyadic {
    var pass = BackwardPass(bounds: bounds, own: own)
    var values = [Int64](repeating: 0, count: bounds.network.counts[value])
    for (place, coefficient) in row { values[place] = coefficient }
    pass.coefficients[value] = Block(values, exponent: 0)
    for node in stride(from: value - 1, through: end, by: -1) { pass.go(through: node) }
    return pass.coefficients.sorted { $0.key < $1.key }.reduce(pass.constant) {
      $0.plus(bounds.least(of: $1.value, over: $1.key), .down)
    }
  }

  private init(bounds: ExampleBounds, own: [Int: LineRelaxation]) {
    (self.bounds, self.own) = (bounds, own)
  }

  /// Replaces the coefficients over a node's output by those over its inputs.
  private mutating func go(through node: Int) {
    guard let form = coefficients.removeValue(forKey: node + 1) else { return }
    let inputs = bounds.network.nodes[node].inputs
    switch own[node].map(ExampleBounds.Relation.lines) ?? bounds.relations[node] {
    case .affine(let layer, let noise):
      constant = constant.plus(layer.constant(of: form, noise: noise), .down)
      add(layer.transposed(form), exponent: form.exponent + layer.weights.exponent, to: inputs)
    case .lines(let lines):
      let (sums, gain) = lines.transposed(form)
      constant = constant.plus(gain, .down)
      add(sums, exponent: form.exponent + PiecewiseFunction.slopeUnit, to: inputs)
    }
  }

  /// Adds coefficients over joined values.
  private mutating func add(_ sums: [Int128], exponent: Int, to inputs: [Int]) {
    var start = 0
    for input in inputs {
      let count = bounds.network.counts[input]
      add(sums[start..<start + count], exponent: exponent, to: input)
      start += count
    }
  }

  /// Adds coefficients over a value, and rounds the sums to a grid.
  ///
  /// Each rounding moves a coefficient by at most half a step, and the form by that times a. The
  /// constant falls by as much.
  private mutating func add(_ sums: ArraySlice<Int128>, exponent: Int, to value: Int) {
    let old = coefficients[value]
    let largest = sums.lazy.map(\.magnitude).max() ?? 0
    let bound = Dyadic(Int128(largest), exponent: exponent, .up)
      .plus(old?.largest ?? .zero, .up)
    guard bound != .zero else { return }
    let unit = bound.top - Block.Bits.coefficient
    let box = bounds.boxes[value]
    var lost: Int128 = 0
    /// Rounds a number to the grid, and takes note of what is lost, in half units.
    func rounded(_ number: Int128, _ shift: Int, _ place: Int) -> Int64 {
      guard number != 0 else { return 0 }
      let result = scaled(number, by: shift, .nearest)
      let isExact = shift >= 0 || (shift > -127 && result << -shift == number)
      if !isExact { lost &+= Int128(box.magnitude(place)) }
      return Int64(result)
    }
    var values = [Int64](repeating: 0, count: sums.count)
    for (place, sum) in sums.enumerated() {
      values[place] = rounded(sum, exponent - unit, place)
      if let old {
        values[place] += rounded(Int128(old.values[place]), old.exponent - unit, place)
      }
    }
    coefficients[value] = Block(values, exponent: unit)
    constant = constant.minus(
      Dyadic(lost, exponent: unit + box.exponent - 1, .up), .down)
  }
}
