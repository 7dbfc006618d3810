import Testing

@testable import Checker

/// Bounds of small networks are compared with values at points of the set, in exact arithmetic and
/// in Float.
@Suite struct SoundnessTests {
  /// A network with an operator under test in front of a ReLU and logits.
  static func network(_ name: String, _ random: inout Generator) -> TestNetwork {
    var network = TestNetwork(input: ["Gather", "Pad", "vector"].contains(name) ? [6] : [2, 4, 3])
    var window = TestNetwork.TestWindow()
    let kernel = [2, 2]
    func positive(_ count: Int, _ random: inout Generator) -> [Float] {
      random.floats(count).map { abs($0) + 0.25 }
    }
    switch name {
    case "Conv", "Conv with groups":
      window.pads = [1, 0, 0, 1]
      window.strides = [2, 1]
      window.dilations = [1, 2]
      let groups = name == "Conv" ? 1 : 2
      network.append(
        .conv(
          weight: random.floats(4 * 2 / groups * 4), bias: random.floats(4), channels: 4,
          kernel: kernel, window, groups: groups))
    case "BatchNormalization":
      network.append(
        .batchNorm(
          scale: random.floats(2), bias: random.floats(2), mean: random.floats(2),
          roots: [1.5, 0.75]))
    case "Add", "Sub", "Mul", "Div":
      network.append(.channelMap(name, positive(2, &random)))
    case "Sum":
      network.append(.channelMap("Mul", random.floats(2)))
      network.append(.add, [0, 1])
    case "AveragePool", "AveragePool with padding":
      window.pads = [1, 1, 1, 0]
      network.append(.averagePool(kernel: [2, 3], window, countsPadding: name != "AveragePool"))
    case "MaxPool":
      window.pads = [0, 1, 1, 1]
      window.strides = [2, 1]
      network.append(.maxPool(kernel: kernel, window))
      network.append(.channelMap("Mul", random.floats(2)))
    case "LeakyRelu", "LeakyRelu, steep":
      network.append(.channelMap("Sub", positive(2, &random)))
      network.append(.leakyRelu(name == "LeakyRelu" ? 0.1 : 2.5))
    case "Clip":
      network.append(.channelMap("Mul", [3, -2]))
      network.append(.clip(-0.3, 0.9))
    case "Gather":
      network.append(.gather([5, 5, 0, 2]))
    case "Pad":
      network.append(.pad(0.7))
    case "Concat":
      network.append(.relu)
      network.append(.concat, [0, 1, 0])
    case "Reshape":
      network.append(.flatten)
      network.append(.reshape([3, 2, 4]))
    case "mixed magnitudes":
      network.append(.flatten)
      let scales: [Float] = [0x1p20, 0x1p-20, 1, 0x1p-140]
      network.append(
        .gemm(
          weight: random.floats(24 * 4).enumerated().map { $1 * scales[$0 / 24] },
          bias: zip(random.floats(4), scales).map { $0 * $1 }))
      network.append(.relu)
      network.append(
        .gemm(
          weight: random.floats(16).enumerated().map { $1 / max(scales[$0 % 4], 0x1p-100) },
          bias: [0, 0, 0, 0]))
    default: break
    }
    network.append(.channelMap("Add", random.floats(network.extents.last![0])))
    network.append(.relu)
    if network.extents.last!.count > 1 { network.append(.flatten) }
    network.append(
      .gemm(weight: random.floats(5 * network.count(network.nodes.count)), bias: random.floats(5)))
    let gemm = network.append(.relu)
    network.append(.gemm(weight: random.floats(15), bias: random.floats(3)), [gemm])
    return network
  }

  static let names = [
    "Conv", "Conv with groups", "BatchNormalization", "Add", "Sub", "Mul", "Div", "Sum",
    "AveragePool", "AveragePool with padding", "MaxPool", "LeakyRelu", "LeakyRelu, steep", "Clip",
    "Gather", "Pad", "Concat", "Reshape", "vector", "mixed magnitudes",
  ]

  /// Points of the set around an image.
  static func points(
    _ pixels: [UInt8], _ norm: String, _ epsilon: Rational, hasDomain: Bool,
    _ random: inout Generator
  ) -> [[Rational]] {
    // All numbers are integers times powers of two, which are quick.
    let centre = pixels.map { Rational((Int($0) << 40) / 255, exponent: -40) }
    return (0..<4).map { _ in
      var direction = centre.map { _ in Rational(Bool.random(using: &random) ? 1 : -1) }
      if norm != "linf" {
        let (one, other) = (
          Int.random(in: 0..<centre.count - 1, using: &random), centre.count - 1
        )
        let parts = norm == "l2" ? (9, 13) : (6, -10)
        for place in direction.indices { direction[place] = Rational(0) }
        direction[one] = Rational(parts.0, over: 16)
        direction[other] = Rational(parts.1, over: 16)
      }
      return zip(centre, direction).map {
        let moved = $0 + $1 * epsilon
        return hasDomain ? min(max(moved, Rational(0)), Rational(1)) : moved
      }
    }
  }

  /// Random slopes, refined neurons and slopes of single passes.
  static func choices(_ network: TestNetwork, _ random: inout Generator) -> [String: String] {
    var (slopes, refined, own): ([String], [String], [String]) = ([], [], [])
    var ownSlopes: [String] = []
    for (number, node) in network.nodes.enumerated() {
      var isClip = false
      switch node.operation {
      case .relu, .leakyRelu: break
      case .clip: isClip = true
      default: continue
      }
      let neurons = (0..<network.count(node.inputs[0])).filter { _ in
        Bool.random(using: &random)
      }
      func list(_ range: ClosedRange<Int>) -> String {
        "\(neurons.map { _ in Int.random(in: range, using: &random) })".filter { $0 != " " }
      }
      let layer = "\"layer\":\"\(network.name(number))\""
      let places = "\"neurons\":\("\(neurons)".filter { $0 != " " })"
      let upper = isClip ? ",\"upper\":\(list(-1 << 24...1 << 25))" : ""
      slopes.append("{\(layer),\"lower\":\(list(-1 << 23...1 << 24)),\(places)\(upper)}")
      ownSlopes.append("{\(layer),\"lower\":\(list(0...256))}")
      refined.append("{\(layer),\(places)}")
      if number > 2, let neuron = neurons.first {
        own.append(
          "{\(layer),\"neuron\":\(neuron),\"sign\":-1,\"slopes\":[\(ownSlopes[0])]}")
      }
    }
    own.insert("{\"class\":2,\"slopes\":[\(ownSlopes.joined(separator: ","))]}", at: 0)
    return ["slopes": slopes, "refined": refined, "own": own].mapValues {
      "[\($0.joined(separator: ","))]"
    }
  }

  @Test(arguments: names, ["linf", "l2", "l1"])
  func boundsHold(_ name: String, _ norm: String) throws {
    var random = Generator(state: UInt64(name.utf8.reduce(0) { 31 &* $0 &+ Int($1) } & 0xffff))
    // It is so much below 3/40 that points may be rounded.
    let epsilon = Rational(78_642, exponent: -20)
    for guarantee in ["exact", "deployed"] {
      for margins in ["input", "intervals"] {
        let network = Self.network(name, &random)
        let pixels = random.pixels(network.count(0))
        let others = margins == "input" ? Self.choices(network, &random) : [:]
        let hasDomain = norm == "linf" && guarantee == "exact"
        let folder = TestFolder(
          network.graph,
          examples: [
            TestFolder.example(label: 1, pixels: pixels, margins: margins, others)
          ], epsilon: "3/40", norm: norm, guarantee: guarantee,
          domain: hasDomain ? "[0,1]" : "null")
        let certificates = try folder.read()
        let certificate = try certificates.certificate(0)
        let check = try ExampleCheck(certificate, certificates.run, certificates.network)
        let marginBounds = try [0, 2].map { Rational(try check.margin(over: $0)) }
        let image = Self.ordered(pixels, network.input)
        for point in Self.points(
          image, norm, epsilon, hasDomain: hasDomain, &random)
        {
          Self.compare(network.values(point), check.bounds, marginBounds)
          if guarantee == "deployed" {
            let floats = network.values(point.map { Float($0.approximation) })
            Self.compare(floats.map { $0.map { Rational($0) } }, check.bounds, marginBounds)
          }
        }
      }
    }
  }

  /// [row, column, channel] to [channel, row, column].
  private static func ordered(_ pixels: [UInt8], _ extents: [Int]) -> [UInt8] {
    guard extents.count == 3 else { return pixels }
    var ordered = pixels
    var place = 0
    for row in 0..<extents[1] {
      for column in 0..<extents[2] {
        for channel in 0..<extents[0] {
          ordered[(channel * extents[1] + row) * extents[2] + column] = pixels[place]
          place += 1
        }
      }
    }
    return ordered
  }

  private static func compare(
    _ values: [[Rational]], _ bounds: ExampleBounds, _ margins: [Rational]
  ) {
    for (box, value) in zip(bounds.boxes, values) {
      for (place, scalar) in value.enumerated() {
        #expect(Rational(box[place].lower) <= scalar && scalar <= Rational(box[place].upper))
      }
    }
    let logits = values.last!
    #expect(margins[0] <= logits[1] - logits[0])
    #expect(margins[1] <= logits[1] - logits[2])
  }
}

extension Rational {
  init(_ number: Dyadic) { self.init(Int(number.mantissa), exponent: number.exponent) }
}
