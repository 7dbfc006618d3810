import Networks
import Tensors
import Testing
import _TestSupport

@testable import Bounds
@testable import Relaxations

/// Bounds of graphs: random ones of every layer kind hold what sampling and attacks find, and what
/// branches have in common is not forgotten.
@Suite struct GraphLaws {
  static let graphs = 200
  private static let affine = RandomLayer.elementwise(.channelAffine)

  @Test(arguments: 0..<graphs)
  func randomGraphsAreBounded(seed: Int) throws {
    try expectBounded(try RandomGraph.network(seed: UInt64(seed)), seed: seed)
  }

  /// A layer on the input itself, and one behind a convolution.
  @Test(arguments: RandomLayer.all)
  func everyLayerAloneIsBounded(kind: RandomLayer) throws {
    for seed in 0..<2 {
      var random = RandomSource(seed: UInt64(seed), purpose: "layer")
      for front in [[], [RandomGraph.convolution(from: 2, using: &random)]] as [[any Layer]] {
        let shape = [6, 6, front.isEmpty ? 2 : (front[0] as! Convolution).weight.shape[0]]
        let layer = kind.on(shape, &random)
        let size = try layer.outputShape(for: shape).reduce(1, *)
        let end: [any Layer] = [Flatten(), Linear(from: size, to: 4, using: &random)]
        let network = try Network(input: [6, 6, 2], front + [layer] + end).scaled(by: 2)
        for set in Families.sets { try expectBounded(network, set, seed: seed) }
      }
    }
  }

  @Test(arguments: [
    Architecture.resnet(width: 2, blocks: 1, hidden: 8, batchNorm: false),
    .resnet(width: 1, blocks: 2, hidden: 8, batchNorm: true), .cnn7BN(width: 2, hidden: 8),
    .wideResnet(blocks: 1, width: 1), .resnet2b, .resnet4b,
  ])
  func residualArchitecturesAreBounded(architecture: Architecture) throws {
    let network = try architecture.network(input: [8, 8, 1], classes: 4).scaled(by: 1.2)
    for set in Families.sets { try expectBounded(network, set, seed: 1) }
  }

  /// Layers that see channels side by side, on sets of every norm.
  @Test func flattenedImagesAreBounded() throws {
    var random = RandomSource(seed: 3)
    for layer in [
      ReLU(), Self.affine.on([32], &random), RandomLayer.elementwise(.batchNorm).on([32], &random),
    ] as [any Layer] {
      let layers: [any Layer] = [
        Self.affine.on([2], &random), Flatten(), layer,
        Linear(from: 32, to: 4, using: &random),
      ]
      let network = try Network(input: [4, 4, 2], layers).scaled(by: 2)
      for set in Families.sets { try expectBounded(network, set, seed: 2) }
    }
  }

  /// A shortcut from the scaled input into the affine end, and one that is read before its branch.
  static func shortcuts() throws -> [Network] {
    var random = RandomSource(seed: 4)
    func linear(_ inputs: Int, _ outputs: Int) -> Linear {
      Linear(from: inputs, to: outputs, using: &random)
    }
    let late = try Network(
      input: [2, 2, 2],
      graph: [
        ("scale", Self.affine.on([2], &random), [0]), ("flat", Flatten(), [1]),
        ("1", linear(8, 6), [2]), ("relu", ReLU(), [3]), ("2", linear(6, 4), [4]),
        ("short", linear(8, 4), [2]), ("sum", Addition(), [5, 6]),
      ])
    let early = try Network(
      input: [2, 2, 2],
      graph: [
        ("flat", Flatten(), [0]), ("short", linear(8, 6), [1]), ("1", linear(8, 6), [1]),
        ("relu", ReLU(), [3]), ("sum", Addition(), [2, 4]), ("again", ReLU(), [5]),
        ("2", linear(6, 4), [6]),
      ])
    return [late, early]
  }

  @Test func shortcutsAreBounded() throws {
    for network in try Self.shortcuts() {
      for set in Families.sets { try expectBounded(network.scaled(by: 2), set, seed: 1) }
    }
  }

  /// The affine end loses nothing: without a ReLU the bound is Λ·c − ε‖Λ∘s‖.
  @Test func scaledBallsAreBoundedExactly() throws {
    let scale = ChannelAffine(
      scale: Tensor(shape: [2], [3, -0.5]), shift: Tensor(shape: [2], [0, 1]))
    let network = try Network(
      input: [2],
      graph: [("scale", scale, [0]), ("relu", ReLU(), [1]), ("sum", Addition(), [1, 2])])
    let rows = try Specification(rows: Tensor(shape: [1, 1, 2], [1, 1]))
    func bound(_ set: Perturbation) throws -> Float {
      try lowerBounds(
        of: network, around: Tensor(shape: [1, 2], [2, -2]), set, rows, by: .interval
      ).scalar
    }
    // The scaled input is (6, 2): half from the ball around it, half from the box behind the ReLU.
    let box: Float = 8 - 3.5
    let (l2, l1): (Float, Float) = (8 - Float(9.25).squareRoot(), 8 - 3)
    #expect(abs(try bound(.l2(epsilon: 1)) - (l2 + box)) < 1e-5)
    #expect(abs(try bound(.l1(epsilon: 1)) - (l1 + box)) < 1e-5)
  }

  /// A specification that all examples share gives what one for each does.
  @Test func sharedSpecificationsAreThoseOfEach() throws {
    for network in try Self.shortcuts() {
      let images = Families.images(2, network.inputShape, seed: 1)
      let shared = Specification.margins(of: [1], classes: 4)
      let each = Specification.margins(of: [1, 1], classes: 4)
      for method in Families.methods {
        for set in Families.sets {
          func bounds(_ specification: Specification) throws -> Tensor {
            try lowerBounds(of: network, around: images, set, specification, by: method)
          }
          expectClose(
            try bounds(shared), try bounds(each), relative: 1e-5, absolute: 1e-5,
            "\(method) \(set)")
        }
      }
    }
  }

  private func expectBounded(_ network: Network, seed: Int) throws {
    // The sets of all norms in turn.
    try expectBounded(network, Families.sets[seed % Families.sets.count], seed: seed)
  }

  private func expectBounded(_ network: Network, _ set: Perturbation, seed: Int) throws {
    let images = Families.images(2, network.inputShape, seed: UInt64(seed))
    let labels = [1, 2]
    let margins = Specification.margins(of: labels, classes: network.classes)
    let values = adversarialPoints(network, images, labels, set).map {
      margins.values(network($0))
    }
    for method in Families.methods {
      let lower = try lowerBounds(of: network, around: images, set, margins, by: method)
      #expect(lower.isFinite)
      for value in values {
        let slack = 1e-5 * (1 + value.scalars.map(\.magnitude).max()!)
        let worst = zip(value.scalars, lower.scalars).map { $0 - $1 }.min()!
        #expect(worst >= -slack, "\(method) \(set): below by \(-worst) in \(network.nodes)")
      }
    }
  }

  /// All kinds occur, or the law above says nothing of some.
  @Test func randomGraphsHaveEveryKind() throws {
    let layers = try (0..<Self.graphs).flatMap { seed in
      try RandomGraph.network(seed: UInt64(seed)).nodes.map(\.layer)
    }
    var random = RandomSource(seed: 0)
    let drawn = RandomLayer.all.map { type(of: $0.on([6, 6, 2], &random)).kind }
    let others = ["Convolution", "Addition", "Concatenation", "Flatten", "Linear"]
    #expect(Set(layers.map { type(of: $0).kind }) == Set(drawn + others))
    let functions = Set(layers.compactMap { ($0 as? Activation)?.function.kind })
    #expect(functions == Set(ActivationFunction.Kind.allCases))
  }

  /// x − x is 0: a backward form knows, an interval does not.
  @Test func formsOfBranchesCancel() throws {
    let flip = ChannelAffine(
      scale: Tensor(shape: [2], [-1, -1]), shift: Tensor(shape: [2], [0.5, 0.5]))
    let network = try Network(
      input: [2],
      graph: [
        ("relu", ReLU(), [0]), ("flip", flip, [1]), ("sum", Addition(), [1, 2]),
        ("again", ReLU(), [3]),
      ])
    let rows = try Specification(rows: Tensor(shape: [1, 1, 2], [1, 0]))
    func bound(_ method: BoundMethod) throws -> Float {
      try lowerBounds(
        of: network, around: Tensor(shape: [1, 2], [1, 1]), .linf(epsilon: 0.25), rows, by: method
      ).scalar
    }
    #expect(try bound(.interval) == 0)
    #expect(try bound(.crown()) == 0.5)
  }

  @Test func badGraphsAreRefused() {
    #expect(
      throws: NetworkError.badGraph(path: "a", problem: "reads values [1], not made before it")
    ) { try Network(input: [2], graph: [("a", ReLU(), [1])]) }
    #expect(throws: NetworkError.self) {
      try Network(input: [2], graph: [("a", ReLU(), [0]), ("b", ReLU(), [0, 1])])
    }
    #expect(throws: NetworkError.self) {
      try Network(
        input: [2, 2, 1], graph: [("a", Flatten(), [0]), ("b", Addition(), [0, 1])])
    }
  }
}
