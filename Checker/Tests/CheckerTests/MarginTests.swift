import Testing

@testable import Checker

/// What holds and what does not, where the margins are known.
@Suite struct MarginTests {
  static func outcome(
    _ network: TestNetwork, _ pixels: [UInt8], label: Int = 0, margins: String = "input",
    epsilon: String, norm: String = "linf", guarantee: String = "exact", domain: String = "null"
  ) throws -> (Outcome, Dyadic) {
    let certificates = try TestFolder(
      network.graph,
      examples: [TestFolder.example(label: label, pixels: pixels, margins: margins)],
      epsilon: epsilon, norm: norm, guarantee: guarantee, domain: domain
    ).read()
    var outcomes: [Outcome] = []
    let summary = try certificates.check { outcomes.append($0) }
    #expect(summary == Summary(checked: 1, held: outcomes[0].holds ? 1 : 0))
    let check = try ExampleCheck(
      try certificates.certificate(0), certificates.run, certificates.network)
    return (outcomes[0], try check.margin(over: outcomes[0].nearestClass))
  }

  /// Expects a bound below a margin by at most 2⁻¹⁸.
  static func expect(_ bound: Dyadic, near margin: Rational) {
    let found = Rational(bound)
    #expect(found <= margin && margin - found <= Rational(1, exponent: -18), "\(found) \(margin)")
  }

  /// Logits 3x₀ − 4x₁ + 1 and 0.
  static var linear: TestNetwork {
    var network = TestNetwork(input: [2])
    network.append(.gemm(weight: [3, -4, 0, 0], bias: [1, 0]))
    return network
  }

  @Test(arguments: ["input", "intervals"])
  func linearMarginsAreExact(_ margins: String) throws {
    for (norm, loss) in [
      ("linf", Rational(7, over: 10)), ("l2", Rational(5, over: 10)), ("l1", Rational(4, over: 10)),
    ] {
      let (outcome, margin) = try Self.outcome(
        Self.linear, [51, 102], margins: margins, epsilon: "0.1", norm: norm)
      // 3/5 − 8/5 + 1 − loss
      Self.expect(margin, near: Rational(0) - loss)
      #expect(!outcome.holds && outcome.nearestClass == 1)
    }
    let (outcome, margin) = try Self.outcome(
      Self.linear, [255, 0], margins: margins, epsilon: "0.1", domain: "[0,1]")
    // The box is [0.9, 1] × [0, 0.1].
    Self.expect(margin, near: Rational(33, over: 10))
    #expect(outcome.holds && outcome.margin.hasPrefix("3.299"))
  }

  /// |x₀ − x₁| by two ReLUs, for which lines lose what they must.
  @Test func linesOfReLU() throws {
    var network = TestNetwork(input: [2])
    network.append(.gemm(weight: [1, -1, -1, 1], bias: [0, 0]))
    network.append(.relu)
    network.append(.gemm(weight: [-1, -1, 0, 0], bias: [1, 0]))
    // Both neurons lie in [−0.2, 0.2], and their chords are (h + 0.2)/2.
    let (outcome, margin) = try Self.outcome(network, [51, 51], epsilon: "0.1")
    Self.expect(margin, near: Rational(8, over: 10))
    #expect(outcome.holds)
    // Intervals forget that the two are opposite.
    let (_, second) = try Self.outcome(network, [51, 51], margins: "intervals", epsilon: "0.1")
    Self.expect(second, near: Rational(6, over: 10))
  }

  @Test func marginOfZeroIsRefused() throws {
    for guarantee in ["exact", "deployed"] {
      var network = TestNetwork(input: [2])
      network.append(.gemm(weight: [1, 2, 1, 2], bias: [0.5, 0.5]))
      let (outcome, margin) = try Self.outcome(
        network, [51, 102], epsilon: "0", guarantee: guarantee)
      #expect(!outcome.holds && margin <= .zero)
    }
  }

  @Test func softmaxNeedsMore() throws {
    for (isSoftmax, guarantee, holds) in [
      (false, "deployed", true), (true, "deployed", false), (true, "exact", true),
    ] {
      var network = TestNetwork(input: [2])
      network.append(.gemm(weight: [0, 0, 0, 0], bias: [0x1p-18, 0]))
      network.append(isSoftmax ? .softmax : .identity)
      let (outcome, _) = try Self.outcome(
        network, [51, 102], epsilon: "0.1", guarantee: guarantee)
      #expect(outcome.holds == holds)
    }
  }

  /// Every guarantee proves less than the one before.
  @Test func runtimesCostMargin() throws {
    var random = Generator(state: 5)
    let network = SoundnessTests.network("Conv", &random)
    let pixels = random.pixels(24)
    var last: Dyadic?
    for (guarantee, products) in [
      ("exact", "float32"), ("deployed", "float32"), ("deployed", "tf32"),
      ("deployed", "bfloat16"),
    ] {
      let certificates = try TestFolder(
        network.graph, examples: [TestFolder.example(pixels: pixels)], epsilon: "0.001",
        guarantee: guarantee, products: products
      ).read()
      let check = try ExampleCheck(
        try certificates.certificate(0), certificates.run, certificates.network)
      let margin = try check.margin(over: 1)
      if let last { #expect(margin < last) }
      last = margin
    }
  }

  @Test func groupsShareRoundings() throws {
    var network = TestNetwork(input: [2, 2, 2])
    network.append(.channelMap("Sub", [0, 0]))
    network.append(.channelMap("Div", [1, 1]))
    let convolution = TestNetwork.Operator.conv(
      weight: [Float](repeating: 1, count: 4), bias: [0, 0], channels: 2, kernel: [1, 1],
      TestNetwork.TestWindow(), groups: 1)
    network.append(convolution)
    network.append(convolution)
    network.append(.relu)
    network.append(.flatten)
    network.append(.gemm(weight: [Float](repeating: 1, count: 16), bias: [0, 0]))
    let graph = try OnnxGraph(model: OnnxWriter.model(network.graph))
    let layers = try Network(graph, isDeployed: true, products: .float32).nodes
    let noises = layers.map { $0.layer.affine?.noise }
    // Two channel maps of 7 and a convolution of 2 + 6; the second convolution; the matrix with
    // the flatten.
    let expected = [22, 22, 22, 8, nil, nil, 14].map { (roundings: Int?) in
      roundings.map { Roundings.noise($0, .float32) }
    }
    #expect(noises == expected)
  }
}
