import Tensors
import Testing

@testable import Networks

@Suite struct BuilderTests {
  /// A chain has the weights of the named architecture with the same seed.
  @Test func buildsTheNetworksOfTheLiterature() throws {
    var layers = Network.Builder(input: [28, 28, 1], seed: 7)
    layers.convolution(16, kernel: 4, stride: 2)
    layers.relu()
    layers.convolution(32, kernel: 4)
    layers.relu()
    layers.flatten()
    layers.linear(100)
    layers.relu()
    layers.linear(10)
    let built = try layers.network()
    let named = try Architecture.dmSmall.network(input: [28, 28, 1], seed: 7)
    #expect(built.nodes.map(\.path) == named.nodes.map(\.path))
    #expect(built.stateDict == named.stateDict)
    let batch = Tensor(shape: [2, 28, 28, 1], (0..<1568).map { Float($0 % 17) / 17 })
    #expect(built(batch) == named(batch))
  }

  /// Values kept for later are read again: a block that adds its input, and one that joins.
  @Test func branchesReadEarlierValues() throws {
    var layers = Network.Builder(input: [4, 4, 2])
    let skip = layers.input
    let inner = layers.convolution(2, kernel: 3, padding: 1)
    layers.relu()
    layers.sum(layers.last, skip)
    let joined = layers.concatenation(layers.last, inner)
    #expect(joined.shape == [4, 4, 4])
    layers.maxPool(2)
    layers.averagePool(2)
    layers.flatten()
    let network = try layers.network()
    #expect(network.outputShape == [4])
    let x = Tensor(shape: [1, 4, 4, 2], (0..<32).map { Float($0) / 32 })
    let convolution = network.nodes[0].layer.forward(x)
    let sum = relu(convolution) + x
    let expected = Flatten().forward(
      AveragePool(kernel: 2).forward(
        MaxPool(kernel: 2).forward(Concatenation().forward(all: [sum, convolution]))))
    #expect(network(x) == expected)
  }

  @Test func givenWeightsAreKept() throws {
    let weight = Tensor(shape: [2, 3], [1, 2, 3, 4, 5, 6])
    var layers = Network.Builder(input: [3])
    layers.linear(weight: weight, bias: Tensor(shape: [2], [1, -1]), named: "head")
    let network = try layers.network()
    #expect(network(Tensor(shape: [1, 3], [1, 0, -1])).scalars == [-1, -3])
    #expect(network.parameters.map(\.path) == ["head.weight", "head.bias"])
  }

  private typealias Mistake = (build: @Sendable (inout Network.Builder) -> Void, message: String)

  private static let mistakes: [Mistake] = [
    (
      { b in b.linear(10) },
      "layer 0 (Linear) needs a vector; flatten images first, but its input is [8, 8, 1]"
    ),
    (
      { b in
        b.convolution(4, kernel: 9)
        b.convolution(-1, kernel: 9)
      },
      "layer 0 (Convolution) needs images that hold a 9×9 kernel with padding 0, but its input is "
        + "[8, 8, 1]"
    ),
    ({ b in b.convolution(0, kernel: 3) }, "layer 0: channels 0 must be between 1 and 65536"),
    (
      { b in
        b.flatten()
        b.linear(65536)
        b.linear(65536)
      },
      "layer 2 would need 65536×65536 scalars, more than 536870912; choose smaller sizes"
    ),
    (
      { b in
        let input = b.last
        b.sum(input, b.convolution(2, kernel: 3))
      },
      "layer 1 (Addition) needs inputs of one shape, such as [8, 8, 1], but its input is [6, 6, 2]"
    ),
    (
      { b in
        b.flatten()
        b.linear(3, named: "a")
        b.linear(3, named: "a")
      }, "two layers are named a; give each its own name"
    ),
    (
      { b in
        var other = Network.Builder(input: [2])
        b.linear(3, to: other.linear(2))
      }, "layer 0 reads a value of another network"
    ),
  ]

  /// The first thing that does not fit is what the network's error says.
  @Test func whatDoesNotFitIsNamed() {
    for (build, message) in Self.mistakes {
      var layers = Network.Builder(input: [8, 8, 1])
      build(&layers)
      let error = #expect(throws: NetworkError.self) { try layers.network() }
      #expect(error.map { "\($0)" } == message)
    }
  }

  @Test(arguments: [[], [0, 8], [-1], [1 << 19]])
  func impossibleInputsAreRefused(shape: [Int]) {
    #expect(throws: NetworkError.self) { try Network.Builder(input: shape).network() }
  }
}
