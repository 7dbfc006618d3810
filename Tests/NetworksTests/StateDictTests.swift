import Formats
import Foundation
import Networks
import Tensors
import Testing

@Suite struct StateDictTests {
  private func network(seed: UInt64) throws -> Network {
    try Architecture.cnn2Layer(width: 1, hidden: 12).network(
      input: [12, 12, 3], seed: seed,
      normalization: Normalization(
        mean: Tensor(shape: [3], [0.4, 0.5, 0.6]),
        standardDeviation: Tensor(shape: [3], [0.2, 0.3, 0.4])))
  }

  @Test func thereAndBackKeepsEveryBit() throws {
    let original = try network(seed: 1)
    let state = original.stateDict
    let copy = try network(seed: 2).loading(state)
    #expect(copy.parameters.map(\.value) == original.parameters.map(\.value))
    #expect(copy.stateDict == state)
    #expect(state["5.weight"] != original.parameters.first { $0.path == "5.weight" }!.value)
  }

  @Test func whatDoesNotFitIsNamed() throws {
    let network = try network(seed: 1)
    var state = network.stateDict
    state["5.weight"] = nil
    #expect(throws: NetworkError.missingTensors(["5.weight"])) { try network.loading(state) }
    state = network.stateDict
    state["9.weight"] = .zeros([1])
    #expect(throws: NetworkError.unexpectedTensors(["9.weight"])) { try network.loading(state) }
    state = network.stateDict
    state["0.bias"] = .zeros([5])
    #expect(throws: NetworkError.tensorShape(name: "0.bias", expected: [4], found: [5])) {
      try network.loading(state)
    }
    state["0.bias"] = Tensor(shape: [4], [0, .nan, 0, 0])
    #expect(throws: NetworkError.notFinite(name: "0.bias")) { try network.loading(state) }
  }

  /// A network made, run and saved by PyTorch (script beside the fixture).
  @Test func pytorchWeightsGiveItsLogits() throws {
    let url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/pytorch/sequential.safetensors")
    let arrays = try SafetensorsFile(contentsOf: url).arrays
      .mapValues { Tensor(shape: $0.shape, $0.scalars) }
    let fresh = try Architecture.cnn2Layer(width: 1, hidden: 12).network(input: [12, 12, 3])
    let network = try fresh.loading(arrays.filter { !["images", "logits"].contains($0.key) })
    let logits = network(try #require(arrays["images"]))
    for (ours, theirs) in zip(logits.scalars, arrays["logits"]!.scalars) {
      #expect(abs(ours - theirs) <= 1e-5 * (1 + abs(theirs)))
    }
  }
}
