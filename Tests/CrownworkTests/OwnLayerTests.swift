import Crownwork
import Testing

/// An affine layer that a user of the package writes, by what `import Crownwork` shows alone: bounds
/// follow from its maps.
private struct Doubling: AffineRule {
  static let kind = "Doubling"
  let keepsOrder = true

  func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] { input }
  func forward(_ input: Tensor) -> Tensor { input * 2 }

  let mixesScalars = false
  var offset: Tensor? { nil }
  func linearMap(_ inputs: [Tensor]) -> Tensor { inputs[0] * 2 }
  func absoluteMap(_ inputs: [Tensor]) -> Tensor { inputs[0] * 2 }
  func transposedMap(_ rows: Tensor, through place: LayerPlace) -> [Tensor] { [rows * 2] }

  func roundings(through place: LayerPlace) -> AffineRoundings? {
    AffineRoundings(
      products: 1, transposedProducts: 1, factors: [Tensor(shape: [1], repeating: 2)])
  }
}

/// The square of each scalar, with both rules written out: a box, and backwards that box alone.
private struct Squaring: BoundedLayer {
  static let kind = "Squaring"
  let keepsOrder = true

  func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] { input }
  func forward(_ input: Tensor) -> Tensor { input * input }

  func propagate(_ regions: [Region]) -> Region { .box(squares(regions[0].box)) }

  /// c² ± (2|c|r + r²) holds (c + d)² for |d| ≤ r.
  private func squares(_ box: Interval) -> Interval {
    let size = box.center.magnitude
    let radius = size * box.radius * 2 + box.radius * box.radius
    return Interval(center: box.center * box.center, radius: radius)
  }

  func pullBack(
    _ form: LinearForm, through place: LayerPlace
  ) -> (coefficients: [Tensor], constant: Tensor) {
    let lower = form.lowerBounds(over: .box(squares(place.preactivation!)))
    let shape = [lower.shape[0]] + form.coefficients.shape.dropFirst()
    return ([.zeros(shape)], lower)
  }
}

@Suite struct OwnLayerTests {
  private static let methods: [BoundMethod] = [.interval, .crownIBP(), .crown(), .alphaCROWN()]

  private static func network(_ layer: any Layer) throws -> Network {
    try network { $0.add(layer) }
  }

  private static func network(
    adding add: (inout Network.Builder) -> Void
  ) throws -> Network {
    var layers = Network.Builder(input: [2, 2, 1], seed: 3)
    layers.flatten()
    layers.linear(6)
    add(&layers)
    layers.relu()
    layers.linear(3)
    return try layers.network()
  }

  private static func images() throws -> LabeledImages {
    var random = RandomSource(seed: 5)
    let pixels = (0..<160).map { _ in UInt8.random(in: 0...255, using: &random) }
    return try LabeledImages(
      height: 2, width: 2, pixels: pixels, labels: (0..<40).map { UInt8($0 % 3) }, classes: 3)
  }

  /// Doubling is what a linear layer with a doubled diagonal does, in every bound.
  @Test(arguments: methods)
  func itsRulesAreUsed(method: BoundMethod) throws {
    let diagonal = Tensor(shape: [6, 6], (0..<36).map { $0 % 7 == 0 ? 2 : 0 })
    let images = try Self.images()
    func margins(_ network: Network) throws -> [Verdict] {
      try network.certify(
        images, against: .linf(epsilon: 0.05, within: 0...1), by: [method]
      ).verdicts
    }
    let own = try margins(Self.network(Doubling()))
    let same = try margins(Self.network { $0.linear(weight: diagonal, bias: .zeros([6])) })
    for (a, b) in zip(own, same) {
      #expect(a.status == b.status)
      #expect(a.margin == b.margin || abs(a.margin - b.margin) <= 1e-5 * (1 + abs(b.margin)))
    }
    #expect(own.contains { $0.margin.isFinite })
  }

  /// Its network is trained, certified and attacked as any other, and no certificate falls.
  @Test func itsNetworksAreTrainedAndCertified() throws {
    let images = try Self.images()
    for (layer, arithmetic) in [
      (Doubling(), .certified), (Square(), .certified), (Squaring(), .real),
    ] as [(any Layer, Arithmetic)] {
      let set = Perturbation.linf(epsilon: 0.02, within: 0...1)
      let plan = TrainingPlan(
        objective: .crownIBP(beta: .constant(0.5)), perturbation: set,
        schedule: Schedule(epochs: 20, batchSize: 10, ramp: EpsilonRamp(start: 2, length: 4)),
        optimizer: Optimizer.Settings(learningRate: 1e-2))
      var run = try TrainingRun(plan, network: Self.network(layer), on: images)
      try run.train()
      let report = try run.network.evaluate(
        on: images,
        target: CertificationTarget(
          perturbation: set, methods: Self.methods, arithmetic: arithmetic),
        attack: .pgd(steps: 20, restarts: 2))
      #expect(report.contradictions.isEmpty)
      #expect(report.certification.count(.certified) > 0, "\(type(of: layer).kind)")
      #expect(report.attackedError <= report.certification.verifiedError)
    }
  }

  /// A layer that says nothing of its rounding is refused by name, since no certificate would hold.
  @Test func unknownRoundingIsRefused() throws {
    #expect {
      try Self.network(Squaring()).certify(
        Self.images(), against: .linf(epsilon: 0.02), by: [.interval])
    } throws: {
      "\($0)".contains("(Squaring) does not say how it rounds")
    }
  }
}
