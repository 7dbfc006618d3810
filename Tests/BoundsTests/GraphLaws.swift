import Networks
import RobustTraining
import Tensors
import Testing

@testable import Bounds

/// Bounds of graphs: random ones of every layer kind hold what sampling and attacks find, and what
/// branches have in common is not forgotten.
@Suite struct GraphLaws {
  @Test(arguments: 0..<60)
  func randomGraphsAreBounded(seed: Int) throws {
    let network = try RandomGraph.network(seed: UInt64(seed))
    let images = Families.images(2, network.inputShape, seed: UInt64(seed))
    let labels = [1, 2]
    let set = Families.sets[seed % Families.sets.count]
    let margins = Specification.margins(of: labels, classes: network.classes)
    let values = adversarialPoints(network, images, labels, set).map {
      margins.values(network($0))
    }
    let methods: [BoundMethod] = [
      .interval, .crownIBP(), .crown(), .crownIBP(slope: .same), .alphaCROWN(iterations: 3),
    ]
    for method in methods {
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
    let kinds = try (0..<60).flatMap { seed in
      try RandomGraph.network(seed: UInt64(seed)).nodes.map { type(of: $0.layer).kind }
    }
    #expect(
      Set(kinds).isSuperset(of: [
        "Convolution", "ReLU", "Activation", "AveragePool", "ChannelAffine", "Addition", "Flatten",
        "Linear", "Concatenation",
      ]))
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

/// Small graphs on 6×6 images with two channels and four outputs.
private enum RandomGraph {
  static func network(seed: UInt64) throws -> Network {
    var random = RandomSource(seed: seed, purpose: "graph")
    var shapes = [[6, 6, 2]]
    var graph: [(path: String, layer: any Layer, inputs: [Int])] = []
    func add(_ layer: any Layer, _ inputs: [Int]) throws {
      shapes.append(try layer.outputShape(ofAll: inputs.map { shapes[$0] }))
      graph.append(("\(graph.count)", layer, inputs))
    }
    for _ in 0..<7 {
      let last = graph.count
      let shape = shapes[last]
      let partners = shapes.indices.filter { shapes[$0] == shape }
      let choice = Int.random(in: 0..<9, using: &random)
      if choice == 6, partners.count > 1 {
        try add(Addition(), [partners.randomElement(using: &random)!, last])
      } else if choice == 8, shape[2] <= 4 {
        try add(Concatenation(), [partners.randomElement(using: &random)!, last])
      } else {
        try add(layer(choice, on: shape, using: &random), [last])
      }
    }
    try add(Flatten(), [graph.count])
    try add(Linear(from: shapes.last![0], to: 8, using: &random), [graph.count])
    try add(layer(Int.random(in: 1..<5, using: &random), on: [8], using: &random), [graph.count])
    try add(Linear(from: 8, to: 4, using: &random), [graph.count])
    let network = try Network(input: shapes[0], graph: graph)
    return network.withParameters(network.parameters.map { ($0.value * 2).detached })
  }

  private static func layer(
    _ choice: Int, on shape: [Int], using random: inout RandomSource
  ) -> any Layer {
    switch choice {
    case 1: return ReLU()
    case 2: return Activation(.leakyReLU(slope: random.uniform()))
    case 3:
      return Activation(Bool.random(using: &random) ? .sigmoid : .softplus)
    case 4:
      return Activation(Bool.random(using: &random) ? .tanh : .elu(alpha: random.uniform()))
    case 5 where shape[0] >= 4: return AveragePool(kernel: 2, stride: 2)
    case 5: return AveragePool(kernel: 3, stride: 1, padding: 1)
    case 7:
      return ChannelAffine(
        scale: .normal([shape.last!], standardDeviation: 1, using: &random),
        shift: .normal([shape.last!], standardDeviation: 1, using: &random))
    default:
      return Convolution(
        from: shape[2], to: Int.random(in: 2...4, using: &random), kernel: 3, padding: 1,
        using: &random)
    }
  }
}
