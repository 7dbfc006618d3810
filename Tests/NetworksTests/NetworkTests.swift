import Networks
import Tensors
import Testing
import _TestSupport

/// A network's layers: checked once, and visited by path.
@Suite struct NetworkTests {
  private func linear(_ inputs: Int, _ outputs: Int) -> Linear {
    Linear(weight: .zeros([outputs, inputs]), bias: .zeros([outputs]))
  }

  private func convolution(_ channels: Int, kernel: Int) -> Convolution {
    Convolution(
      weight: .zeros([2, channels, kernel, kernel]), bias: .zeros([2]), geometry: .init())
  }

  @Test func namesTheLayerAndBothShapesWhereTheyDoNotFit() {
    let cases: [(layers: [any Layer], path: String, kind: String, needs: String, found: [Int])] = [
      ([Flatten(), linear(12, 3), ReLU(), linear(4, 2)], "3", "Linear", "[4]", [3]),
      ([linear(12, 3)], "0", "Linear", "[12]", [2, 2, 3]),
      ([convolution(1, kernel: 2)], "0", "Convolution", "1]", [2, 2, 3]),
      ([convolution(3, kernel: 3)], "0", "Convolution", "3×3", [2, 2, 3]),
      ([Flatten(), convolution(3, kernel: 1)], "1", "Convolution", "3]", [12]),
      (
        [Normalization(mean: .zeros([2]), standardDeviation: .zeros([2]))], "normalize",
        "Normalization", "2 channels", [2, 2, 3]
      ),
    ]
    for (layers, path, kind, needs, found) in cases {
      let error = #expect(throws: NetworkError.self) { try Network(input: [2, 2, 3], layers) }
      guard case .shape(path, kind, let expected, found) = error else {
        Issue.record("\(path) gave \(String(describing: error))")
        continue
      }
      #expect(expected.contains(needs))
      let text = error!.description
      #expect(text.contains("layer \(path) (\(kind))") && text.contains("\(found)"))
      #expect(text.contains(needs))
    }
  }

  @Test func namesLayersOfAnArchitectureThatDoNotFit() {
    let error = #expect(throws: NetworkError.self) {
      try Architecture.dmMedium.network(input: [8, 8, 1])
    }
    guard case .shape("4", "Convolution", _, [2, 2, 32]) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func refusesTwoLayersOfOneName() {
    #expect(throws: NetworkError.duplicatePath("a")) {
      try Network(input: [2], layers: [("a", ReLU()), ("a", ReLU())])
    }
  }

  /// Replaced parameters arrive in their places, and gradients come back in the same order.
  @Test func parametersKeepTheirOrder() throws {
    let network = try Architecture.cnn2Layer(width: 1, hidden: 4).network(input: [8, 8, 2])
    let paths = [0, 2, 5, 7].flatMap { ["\($0).weight", "\($0).bias"] }
    #expect(network.parameters.map(\.path) == paths)
    let values = network.parameters.enumerated().map { index, parameter in
      Tensor(shape: parameter.value.shape, repeating: Float(index))
    }
    let replaced = network.withParameters(values)
    #expect(replaced.parameters.map(\.value) == values)
    let result = withGradients(of: replaced) { network in
      network.parameters.enumerated().map { $1.value.sum() * Float($0) }.reduce(.zeros([]), +)
    }
    #expect(result.gradients == values)
  }

  @Test func normalizes() throws {
    let (mean, deviation) = (
      Tensor(shape: [2], [0.5, -1]), Tensor(shape: [2], [0.25, 4])
    )
    let network = try Network(
      input: [1, 2, 2], [Normalization(mean: mean, standardDeviation: deviation), Flatten()])
    #expect(network.nodes.map(\.path) == ["normalize", "0"])
    let output = network(Tensor(shape: [1, 1, 2, 2], [1, 3, 0.5, -1]))
    expectClose(
      output, Tensor(shape: [1, 4], [2, 1, 0, 0]), relative: 1e-6, absolute: 0, "normalised")
    #expect(network.parameterCount == 0)
    #expect(network.stateDict == ["normalize.mean": mean, "normalize.std": deviation])
  }
}
