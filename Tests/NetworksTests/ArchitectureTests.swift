import Networks
import Tensors
import Testing

/// The networks of the literature: their sizes, names and options.
@Suite struct ArchitectureTests {
  struct Published: Sendable, CustomTestStringConvertible {
    let architecture: Architecture
    let parameters: Int
    let relus: Int
    var testDescription: String { "\(architecture)" }

    init(_ architecture: Architecture, _ parameters: Int, _ relus: Int) {
      (self.architecture, self.parameters, self.relus) = (architecture, parameters, relus)
    }
  }

  /// On MNIST, as the papers count them.
  static let published = [
    Published(.cnn2Layer(width: 1, hidden: 128), 52_182, 1_304),
    Published(.cnn2Layer(width: 2, hidden: 256), 205_730, 2_608),
    Published(.cnn4Layer(width: 1, hidden: 256), 170_598, 6_392),
    Published(.cnn4Layer(width: 2, hidden: 256), 275_714, 12_272),
    Published(.cnn4Layer(width: 1, hidden: 512), 470_630, 6_904),
    Published(.cnn4Layer(width: 2, hidden: 512), 676_098, 12_784),
    Published(.cnn3Layer(kernel: 3, width: 1, hidden: 64), 27_170, 9_864),
    Published(.cnn3Layer(kernel: 3, width: 2, hidden: 128), 107_130, 19_728),
    Published(.cnn3Layer(kernel: 5, width: 1, hidden: 64), 21_090, 7_664),
    Published(.cnn3Layer(kernel: 5, width: 2, hidden: 128), 82_682, 15_328),
    Published(.dmSmall, 329_606, 6_004),
    Published(.dmMedium, 893_418, 34_688),
    Published(.dmLarge, 13_257_290, 176_128),
    Published(.cnn7BN(width: 64, hidden: 512), 13_259_338, 176_128),
  ]

  static let residual: [Architecture] = [
    .resnet(width: 4, blocks: 2, hidden: 30, batchNorm: false),
    .resnet(width: 2, blocks: 1, hidden: 20, batchNorm: true),
    .wideResnet(blocks: 1, width: 2), .resnet2b, .resnet4b,
  ]

  /// The residual networks of the VNN competition (2021) on CIFAR-10, parameter by parameter.
  @Test func competitionNetworks() throws {
    let small = try Architecture.resnet2b.network(input: [32, 32, 3])
    #expect(small.stateDict["linear1.weight"]?.shape == [100, 1024])
    #expect(small.stateDict["layer1.0.shortcut.0.weight"]?.shape == [16, 8, 1, 1])
    #expect(small.stateDict["layer1.1.shortcut.0.weight"] == nil)
    #expect(small.parameterCount == 112_006)
    let large = try Architecture.resnet4b.network(input: [32, 32, 3])
    #expect(large.stateDict["linear1.weight"]?.shape == [100, 512])
    #expect(large.parameterCount == 123_734)
  }

  @Test(arguments: published)
  func counts(published: Published) throws {
    let network = try published.architecture.network(input: [28, 28, 1])
    #expect(network.parameterCount == published.parameters)
    #expect(network.reluCount == published.relus)
  }

  /// The medium set, and a perceptron: a ReLU behind every layer with weights but the last, whose
  /// bias has as many scalars as the layer has channels.
  @Test(
    arguments: [
      .cnn4Layer(width: 4, hidden: 512), .cnn4Layer(width: 8, hidden: 512),
      .cnn4Layer(width: 16, hidden: 512), .cnn3Layer(kernel: 5, width: 4, hidden: 512),
      .cnn3Layer(kernel: 5, width: 8, hidden: 512), .cnn3Layer(kernel: 5, width: 16, hidden: 512),
      .cnn3Layer(kernel: 3, width: 8, hidden: 512), .mlp(hidden: [30, 20]), .mlp(hidden: []),
    ] as [Architecture])
  func countConsistently(architecture: Architecture) throws {
    let network = try architecture.network(input: [28, 28, 1])
    let weighted = network.nodes.filter { !$0.layer.parameters.isEmpty }
    #expect(
      network.reluCount == weighted.dropLast().reduce(0) { $0 + $1.outputShape.reduce(1, *) })
    #expect(
      weighted.map(\.layer.parameters[1].value.count) == weighted.map { $0.outputShape.last! })
    #expect(network.parameterCount == network.stateDict.values.reduce(0) { $0 + $1.count })
    #expect(network(.zeros([2, 28, 28, 1])).shape == [2, 10])
  }

  @Test(
    arguments: published.map(\.architecture) + residual + [.mlp(hidden: [3, 4]), .mlp(hidden: [])])
  func namesAndOptionsRoundTrip(architecture: Architecture) throws {
    let again = try Architecture(name: architecture.name, options: architecture.options)
    #expect(again == architecture)
    #expect(Architecture.names.contains(architecture.name))
    #expect(
      Set(architecture.options.keys) == Set(Architecture.optionNames(of: architecture.name)))
  }

  @Test(arguments: Architecture.names)
  func everyNameBuildsWithoutOptions(name: String) throws {
    let architecture = try Architecture(name: name)
    #expect(architecture.name == name)
    #expect("\(architecture)".hasPrefix(name))
    let network = try architecture.network(input: [28, 28, 1], classes: 3)
    #expect(network.architecture == architecture)
    #expect(network.classes == 3)
  }

  @Test func refusesWhatItDoesNotKnow() {
    #expect(throws: NetworkError.unknownArchitecture("cnn-9layer", known: Architecture.names)) {
      try Architecture(name: "cnn-9layer")
    }
    for (name, options) in [
      ("dm-small", ["width": [2]]), ("cnn-2layer", ["kernel": [3]]), ("mlp", ["width": [1]]),
      ("cnn-4layer", ["hidden": [1, 2]]), ("cnn-3layer", ["width": []]),
    ] {
      let error = #expect(throws: NetworkError.self) {
        try Architecture(name: name, options: options)
      }
      #expect(error?.description.contains(name) == true)
      #expect(error?.description.contains(options.keys.first!) == true)
    }
    #expect(
      "\(NetworkError.unknownArchitecture("x", known: Architecture.names))"
        .contains("cnn-2layer, cnn-3layer"))
  }

  @Test func refusesSizesThatCannotBe() throws {
    for architecture in [
      Architecture.cnn2Layer(width: 0, hidden: 1), .cnn4Layer(width: 1, hidden: -1),
      .cnn3Layer(kernel: 0, width: 1, hidden: 1), .mlp(hidden: [3, 0]), .mlp(hidden: [1 << 17]),
    ] {
      #expect(throws: NetworkError.self) { try architecture.network(input: [28, 28, 1]) }
    }
    for input in [[28, 28], [28, 28, 0], [28, -1, 1], []] {
      #expect(throws: NetworkError.self) { try Architecture.dmSmall.network(input: input) }
    }
    #expect(throws: NetworkError.self) {
      try Architecture.dmSmall.network(input: [28, 28, 1], classes: 1)
    }
  }

  /// Same seed, same bits; PyTorch's default range ±1/√fan_in, which the draws fill.
  @Test func drawsWeightsFromTheSeed() throws {
    func network(_ seed: UInt64) throws -> Network {
      try Architecture.cnn2Layer(width: 1, hidden: 16).network(input: [12, 12, 3], seed: seed)
    }
    let (first, again, other) = (try network(1), try network(1), try network(2))
    #expect(first.stateDict == again.stateDict)
    #expect(first.stateDict["0.weight"] != other.stateDict["0.weight"])
    let largest = first.stateDict["5.weight"]!.scalars.map(\.magnitude).max()!
    let bound = 1 / Float(8 * 3 * 3).squareRoot()
    #expect(largest <= bound && largest > 0.95 * bound)
  }

  /// Weights of standard deviation √(2π)/fan_in, half of it behind a sum, as the draw's size allows
  /// to tell; the last ones, biases and what normalises stay.
  @Test(arguments: [
    Architecture.resnet(width: 8, blocks: 2, hidden: 30, batchNorm: false), .dmSmall,
  ])
  func intervalInitialization(architecture: Architecture) throws {
    let network = try architecture.network(input: [16, 16, 3])
    let drawn = network.withIntervalInitialization(seed: 1)
    #expect(drawn.parameters.map(\.path) == network.parameters.map(\.path))
    let last = network.parameters.last { $0.value.shape.count > 1 }!.path
    var halved: [String] = []
    for (old, new) in zip(network.parameters, drawn.parameters) {
      guard new.value.shape.count > 1, new.path != last else {
        #expect(old.value == new.value)
        continue
      }
      let (values, count) = (new.value.scalars, Float(new.value.count))
      let deviation = (values.reduce(0) { $0 + $1 * $1 } / count).squareRoot()
      let ratio = deviation * count / Float(new.value.shape[0]) / (2 * Float.pi).squareRoot()
      let isHalf = ratio < 0.75
      if isHalf { halved.append(new.path) }
      #expect(abs(ratio / (isHalf ? 0.5 : 1) - 1) < 5 / (2 * count).squareRoot(), "\(new.path)")
    }
    let behindSums = ["1.1.conv1", "2.0.conv1", "2.0.shortcut.0", "2.1.conv1"]
    #expect(
      halved == (architecture == .dmSmall ? [] : behindSums.map { "layer\($0).weight" }))
  }
}
