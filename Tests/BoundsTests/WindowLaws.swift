import Networks
import Tensors
import Testing
import _TestSupport

@testable import Bounds

/// Bounds of a few positions of an image by the windows they depend on are those by the whole
/// network.
@Suite struct WindowLaws {
  struct Case: Sendable, CustomTestStringConvertible {
    let architecture: Architecture
    /// [height, width, channels].
    let input: [Int]
    let normalized: Bool
    let set: Perturbation
    var testDescription: String { "\(architecture) \(input) \(normalized) \(set)" }
  }

  /// With and without padding (and a normalisation in front of it), strides, BatchNorm, several
  /// layers deep; boxes and, where no normalised image is padded, balls.
  static let cases: [Case] = [
    Case(
      architecture: .dmSmall, input: [28, 28, 1], normalized: true, set: .l2(epsilon: 0.5)),
    Case(
      architecture: .cnn2Layer(width: 1, hidden: 8), input: [28, 28, 1], normalized: false,
      set: .linf(epsilon: 0.02, within: 0...1)),
    Case(
      architecture: .cnn4Layer(width: 1, hidden: 8), input: [32, 32, 3], normalized: true,
      set: .linf(epsilon: 0.01)),
    Case(
      architecture: .cnn7BN(width: 2, hidden: 8), input: [28, 28, 1], normalized: false,
      set: .l1(epsilon: 0.3)),
    Case(
      architecture: .cnn7BN(width: 2, hidden: 8), input: [32, 32, 3], normalized: true,
      set: .linf(epsilon: 0.005, within: 0...1)),
  ]

  private func network(_ example: Case) throws -> Network {
    let normalization =
      example.normalized
      ? Normalization(
        mean: Tensor(shape: [example.input[2]], repeating: 0.4),
        standardDeviation: Tensor(shape: [example.input[2]], repeating: 0.3)) : nil
    let network = try example.architecture.network(
      input: example.input, classes: 4, seed: 1, normalization: normalization)
    let images = Families.images(4, example.input, seed: 5)
    return network.withRunningStatistics(network.withStatistics(of: images).running)
  }

  private func bounds(_ network: Network, _ example: Case) throws -> Bounding {
    let images = Families.images(2, example.input, seed: 6)
    return try BoundedNetwork(network, arithmetic: .real).bounding(
      over: example.set.region(around: images, in: .real))
  }

  /// Some neurons in front of a layer, and a body for each chunk of them.
  private func forEachChunk(
    _ bounds: Bounding, layer index: Int, _ body: (NeuronChunk) -> Void
  ) -> [Int] {
    let size = bounds.plan.steps[index].inputShapes[0].reduce(1, *)
    let neurons = stride(from: 0, to: size, by: max(size / 397, 1)).map { $0 }
    bounds.forEachChunk(of: neurons, at: bounds.plan.steps[index].inputs[0], limit: 7, body)
    return neurons
  }

  private func byWindow(_ chunk: NeuronChunk) -> Tensor {
    chunk.lowerBounds(of: chunk.form, slope: .adaptive)
  }

  private func byWhole(_ chunk: NeuronChunk, _ bounds: Bounding, _ index: Int) -> Tensor {
    let (value, shape) = (
      bounds.plan.steps[index].inputs[0], bounds.plan.steps[index].inputShapes[0]
    )
    let form = bounds.unitForm(chunk.neurons, of: value, size: shape.reduce(1, *))
    return bounds.pulled(form, from: value, to: 0, slope: .adaptive)
      .lowerBounds(over: [bounds.input])
  }

  @Test(arguments: cases)
  func windowsBoundAsTheWhole(example: Case) throws {
    let bounds = try bounds(network(example), example)
    var parts = 0
    for index in bounds.plan.refinableLayers {
      var seen: [Int] = []
      let neurons = forEachChunk(bounds, layer: index) { chunk in
        seen += chunk.neurons
        parts += chunk.bounds.plan.steps.count < bounds.plan.steps.count ? 1 : 0
        expectClose(
          byWindow(chunk), byWhole(chunk, bounds, index), relative: 1e-4, absolute: 1e-5,
          "layer \(index)")
      }
      #expect(seen.sorted() == neurons, "layer \(index)")
    }
    #expect(parts > 0, "no window was used")
  }

  /// So are their gradients by the weights, through the windows' intervals too.
  @Test(arguments: cases)
  func gradientsFollowTheWhole(example: Case) throws {
    let network = try network(example)
    let index = try bounds(network, example).plan.refinableLayers[0]
    func gradients(_ lower: (NeuronChunk, Bounding) -> Tensor) throws -> [Tensor] {
      try withGradients(of: network) { network in
        let bounds = try bounds(network, example)
        var sum = Tensor.zeros([])
        _ = forEachChunk(bounds, layer: index) { sum = sum + lower($0, bounds).sum() }
        return sum
      }.gradients
    }
    let whole = try gradients { byWhole($0, $1, index) }
    for (window, whole) in zip(try gradients { chunk, _ in byWindow(chunk) }, whole) {
      let largest = whole.scalars.map(abs).max() ?? 0
      expectClose(window, whole, relative: 1e-4, absolute: 1e-4 * largest, "gradient")
    }
    #expect(whole.contains { $0.sumOfSquares > 0 })
  }

  /// A normalised image is not 0 where padding is; a ball of it is no box.
  @Test func paddedNormalizedBallsTakeTheWholeNetwork() throws {
    let example = Case(
      architecture: .cnn4Layer(width: 1, hidden: 8), input: [32, 32, 3], normalized: true,
      set: .l2(epsilon: 0.1))
    let bounds = try bounds(network(example), example)
    for index in bounds.plan.refinableLayers {
      #expect(ImageChain(bounds, to: bounds.plan.steps[index].inputs[0]) == nil)
    }
  }
}
