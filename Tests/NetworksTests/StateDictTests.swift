import Networks
import Tensors
import Testing
import _TestSupport

/// Tensors under PyTorch's names and in its layout.
@Suite struct StateDictTests {
  /// Three input channels, and five of them at the flatten: any mistake in a layout shows.
  @Test func computesPyTorchsLogits() throws {
    let arrays = try Fixture.arrays("pytorch/sequential")
    let network = try template().loading(parameters(arrays))
    expectClose(
      network(imagesLast(arrays["images"]!)), arrays["logits"]!, relative: 1e-5, absolute: 1e-5,
      "logits")
  }

  @Test func savesWhatItLoaded() throws {
    let state = parameters(try Fixture.arrays("pytorch/sequential"))
    #expect(try template().loading(state).stateDict == state)
  }

  @Test(
    arguments: [
      .cnn2Layer(width: 1, hidden: 8), .cnn3Layer(kernel: 3, width: 1, hidden: 8),
      .cnn4Layer(width: 1, hidden: 8), .dmSmall, .mlp(hidden: [8, 8]),
    ] as [Architecture])
  func loadingWhatWasSavedGivesTheSameNetwork(architecture: Architecture) throws {
    let normalization = Normalization(
      mean: Tensor(shape: [3], [0.5, 0.4, 0.3]),
      standardDeviation: Tensor(shape: [3], [0.2, 0.3, 0.4]))
    let saved = try architecture.network(
      input: [20, 20, 3], seed: 1, normalization: normalization)
    let other = try architecture.network(
      input: [20, 20, 3], seed: 2,
      normalization: Normalization(mean: .zeros([3]), standardDeviation: normalization.mean))
    let loaded = try other.loading(saved.stateDict)
    #expect(loaded.stateDict == saved.stateDict)
    var random = RandomSource(seed: 3)
    let images = Tensor.uniform([2, 20, 20, 3], in: 0...1, using: &random)
    #expect(loaded(images) == saved(images))
    #expect(loaded(images) != other(images))
  }

  @Test func keepsItsConstantsWhereTheFileHasNone() throws {
    let normalization = Normalization(
      mean: Tensor(shape: [1], [0.5]), standardDeviation: Tensor(shape: [1], [0.2]))
    let network = try Architecture.mlp(hidden: [3]).network(
      input: [2, 2, 1], normalization: normalization)
    var state = network.stateDict
    #expect(state.removeValue(forKey: "normalize.mean") == normalization.mean)
    #expect(state.removeValue(forKey: "normalize.std") == normalization.standardDeviation)
    #expect(try network.loading(state).stateDict == network.stateDict)
  }

  @Test func namesWhatIsWrong() throws {
    let network = try template()
    let state = network.stateDict
    func error(_ change: (inout [String: Tensor]) -> Void) -> NetworkError? {
      var changed = state
      change(&changed)
      return #expect(throws: NetworkError.self) { try network.loading(changed) }
    }
    #expect(error { $0["5.bias"] = nil } == .missingTensors(["5.bias"]))
    #expect(error { $0 = [:] } == .missingTensors(network.parameters.map(\.path)))
    #expect(error { $0["9.weight"] = .zeros([1]) } == .unexpectedTensors(["9.weight"]))
    #expect(
      error { $0["5.weight"] = .zeros([60, 12]) }
        == .tensorShape(name: "5.weight", expected: [12, 60], found: [60, 12]))
    for value in [Float.nan, .infinity, -.infinity] {
      let name = "2.bias"
      let values = Tensor(shape: [5], [0, 0, value, 0, 0])
      #expect(error { $0[name] = values } == .notFinite(name: name))
    }
    let normalized = try Network(
      input: [2], graph: [(path: "norm", layer: BatchNorm(channels: 2), inputs: [0])])
    var variances = normalized.stateDict
    variances["norm.running_var"] = Tensor(shape: [2], [1, -1])
    #expect(throws: NetworkError.negativeVariance(name: "norm.running_var")) {
      try normalized.loading(variances)
    }
    for case let error? in [error { $0["5.bias"] = nil }, error { $0["9.weight"] = .zeros([1]) }] {
      #expect(!error.description.contains("\n"))
    }
  }

  private func template() throws -> Network {
    let convolutions = [
      Convolution(
        weight: .zeros([4, 3, 3, 3]), bias: .zeros([4]), geometry: .init(stride: 1, padding: 1)),
      Convolution(
        weight: .zeros([5, 4, 3, 4]), bias: .zeros([5]), geometry: .init(stride: 2, padding: 1)),
    ]
    return try Network(
      input: [7, 6, 3],
      [
        convolutions[0], ReLU(), convolutions[1], ReLU(), Flatten(),
        Linear(weight: .zeros([12, 60]), bias: .zeros([12])), ReLU(),
        Linear(weight: .zeros([10, 12]), bias: .zeros([10])),
      ])
  }

  private func parameters(_ arrays: [String: Tensor]) -> [String: Tensor] {
    Dictionary(
      uniqueKeysWithValues: arrays.filter { $0.key.hasPrefix("param.") }
        .map { (String($0.key.dropFirst("param.".count)), $0.value) })
  }

  /// NCHW to NHWC.
  private func imagesLast(_ images: Tensor) -> Tensor {
    let (n, c, h, w) = (images.shape[0], images.shape[1], images.shape[2], images.shape[3])
    let source = images.scalars
    var target = source
    for image in 0..<n {
      for channel in 0..<c {
        for position in 0..<(h * w) {
          target[(image * h * w + position) * c + channel] =
            source[(image * c + channel) * h * w + position]
        }
      }
    }
    return Tensor(shape: [n, h, w, c], target)
  }
}
