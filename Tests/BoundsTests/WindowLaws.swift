import Networks
import Tensors
import Testing
import _TestSupport

@testable import Bounds

/// Bounds of a few positions of an image by the windows they depend on are those by the whole network.
@Suite struct WindowLaws {
  struct Case: Sendable, CustomTestStringConvertible {
    let architecture: Architecture
    /// [height, width, channels].
    let input: [Int]
    let normalized: Bool
    let set: Perturbation
    var testDescription: String { "\(architecture) \(input) \(normalized) \(set)" }
  }

  /// With and without padding (and a normalisation in front of it), strides, BatchNorm, several layers
  /// deep; boxes and, where no normalised image is padded, balls.
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

  private func bounds(_ example: Case) throws -> BoundPropagation {
    let normalization =
      example.normalized
      ? Normalization(
        mean: Tensor(shape: [example.input[2]], repeating: 0.4),
        standardDeviation: Tensor(shape: [example.input[2]], repeating: 0.3)) : nil
    var network = try example.architecture.network(
      input: example.input, classes: 4, seed: 1, normalization: normalization)
    let images = Families.images(4, example.input, seed: 5)
    network = network.withRunningStatistics(network.withStatistics(of: images).running)
    return try BoundPropagation(
      network, on: example.set.region(around: Families.images(2, example.input, seed: 6)))
  }

  @Test(arguments: cases)
  func windowsBoundAsTheWhole(example: Case) throws {
    let bounds = try bounds(example)
    var parts = 0
    for index in bounds.inexactLayers {
      let (value, shape) = (bounds.steps[index].inputs[0], bounds.steps[index].inputShapes[0])
      let size = shape.reduce(1, *)
      let neurons = stride(from: 0, to: size, by: max(size / 97, 1)).map { $0 }
      var seen: [Int] = []
      bounds.forEachChunk(of: neurons, at: value, shape: shape, limit: 7) { chunk in
        seen += chunk.neurons
        parts += chunk.bounds.steps.count < bounds.steps.count ? 1 : 0
        let whole = bounds.pulled(
          bounds.unitForm(chunk.neurons, of: value, size: size), from: value, to: 0,
          slope: .adaptive
        ).lowerBounds(over: [bounds.input])
        expectClose(
          chunk.lowerBounds(of: chunk.form, slope: .adaptive), whole, relative: 1e-4,
          absolute: 1e-5, "layer \(index)")
      }
      #expect(seen.sorted() == neurons, "layer \(index)")
    }
    #expect(parts > 0, "no window was used")
  }

  /// A normalised image is not 0 where padding is; a ball of it is no box.
  @Test func paddedNormalizedBallsTakeTheWholeNetwork() throws {
    let bounds = try bounds(
      Case(
        architecture: .cnn4Layer(width: 1, hidden: 8), input: [32, 32, 3], normalized: true,
        set: .l2(epsilon: 0.1)))
    for index in bounds.inexactLayers {
      #expect(ImageChain(bounds, to: bounds.steps[index].inputs[0]) == nil)
    }
  }
}
