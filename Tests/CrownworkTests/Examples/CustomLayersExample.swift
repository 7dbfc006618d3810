import Crownwork

/// Multiplies every scalar by one number, which may be negative.
struct Scaling: AffineRule {
  static let kind = "Scaling"
  let factor: Float
  let keepsOrder = true
  let mixesScalars = false

  func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] { input }
  func forward(_ input: Tensor) -> Tensor { input * factor }

  var offset: Tensor? { nil }
  func linearMap(_ inputs: [Tensor]) -> Tensor { inputs[0] * factor }
  func absoluteMap(_ inputs: [Tensor]) -> Tensor { inputs[0] * abs(factor) }
  func transposedMap(_ rows: Tensor, through place: LayerPlace) -> [Tensor] { [rows * factor] }

  func roundings(through place: LayerPlace) -> AffineRoundings? {
    AffineRoundings(
      products: 1, transposedProducts: 1, factors: [Tensor(shape: [1], repeating: factor)])
  }
}

/// Squares every scalar.
struct Square: RelaxedRule {
  static let kind = "Square"
  let keepsOrder = true

  func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] { input }
  func forward(_ input: Tensor) -> Tensor { input * input }

  func box(of input: Interval) -> Interval {
    let least = (input.center.magnitude - input.radius).rectified
    let largest = input.center.magnitude + input.radius
    return Interval(lower: least * least, upper: largest * largest)
  }

  func relaxed(
    _ coefficients: Tensor, over input: Interval, through place: LayerPlace
  ) -> (form: Tensor, constant: Tensor) {
    lines(over: input).relaxed(coefficients)
  }

  private func lines(over input: Interval) -> ActivationLines {
    let shape = [input.center.shape[0], input.center.count / input.center.shape[0]]
    let (c, r) = (input.center.reshaped(shape), input.radius.reshaped(shape))
    return ActivationLines(
      lowerSlope: c * 2, lowerIntercept: c * c * -1,
      upperSlope: c * 2, upperIntercept: r * r - c * c)
  }
}

extension Square: OutwardRelaxedRule {
  func outwardBox(of input: Interval, deployed: Bool) -> Interval {
    box(of: input).widened(by: tolerance(over: input))
  }

  func outwardRelaxed(
    _ coefficients: Tensor, over input: Interval, through place: LayerPlace, deployed: Bool
  ) -> (form: Tensor, constant: Tensor) {
    let shape = [input.center.shape[0], place.inputShape.reduce(1, *)]
    return lines(over: input).outwardRelaxed(
      coefficients, magnitude: input.magnitude.reshaped(shape),
      tolerance: tolerance(over: input).reshaped(shape))
  }

  /// Twelve roundings of the largest square, and what underflow may add.
  private func tolerance(over input: Interval) -> Tensor {
    let squares = input.magnitude * input.magnitude * 0x1p-20
    return squares + Tensor(shape: squares.shape, repeating: 0x1p-100)
  }
}

/// The networks of the article "Custom layers".
enum CustomLayersExample {
  static func network() throws -> Network {
    var layers = Network.Builder(input: [8, 8, 1])
    layers.add(Scaling(factor: -1))
    layers.flatten()
    layers.linear(32)
    layers.add(Square())
    layers.linear(10)
    let network = try layers.network()
    return network
  }

  static func check(_ network: Network, on data: LabeledImages) throws -> ModelReport {
    let box = Perturbation.linf(epsilon: 0.05, within: 0...1)
    let methods: [BoundMethod] = [.interval, .crownIBP(), .crown()]
    let report = try network.evaluate(
      on: data, target: CertificationTarget(perturbation: box, methods: methods),
      attack: .pgd(steps: 20, restarts: 2))
    print(report.contradictions)
    return report
  }
}
