import Bounds
import Datasets
import Experiments
import Foundation
import Networks
import Tensors
import Testing
import _TestSupport

@testable import RobustTraining

/// mean and std are a layer of the model: ε stays in raw units, and files keep them.
@Suite struct NormalizationLaws {
  private static let architectures: [Architecture] = [
    .cnn2Layer(width: 1, hidden: 8), .cnn7BN(width: 2, hidden: 8),
    .resnet(width: 1, blocks: 1, hidden: 8, batchNorm: false),
    .resnet(width: 1, blocks: 1, hidden: 8, batchNorm: true), .resnet2b,
  ]
  private static let mean: [Float] = [0.4914, 0.4822, 0.4465]
  private static let deviation: [Float] = [0.2023, 0.1994, 0.2010]

  private static func network(_ architecture: Architecture, normalized: Bool = true) throws
    -> Network
  {
    let layer = Normalization(
      mean: Tensor(shape: [3], mean), standardDeviation: Tensor(shape: [3], deviation))
    return try architecture.network(
      input: [32, 32, 3], seed: 4, normalization: normalized ? layer : nil)
  }

  private static var images: Tensor {
    var random = RandomSource(seed: 1)
    return Tensor.uniform([2, 32, 32, 3], in: 0...1, using: &random)
  }

  private static func distance(_ a: Tensor, _ b: Tensor) -> Float {
    zip(a.scalars, b.scalars).map { abs($0 - $1) }.max() ?? .infinity
  }

  /// The bounds are those of the network without the layer on the box moved and divided by hand.
  @Test(arguments: architectures)
  func epsilonIsInRawUnits(architecture: Architecture) throws {
    let images = Self.images
    let epsilon: Float = 2 / 255
    let centers = images.scalars.enumerated().map {
      ($0.element - Self.mean[$0.offset % 3]) / Self.deviation[$0.offset % 3]
    }
    let radii = images.scalars.indices.map { epsilon / Self.deviation[$0 % 3] }
    let byHand = Region.box(
      Interval(
        center: Tensor(shape: images.shape, centers), radius: Tensor(shape: images.shape, radii)))
    let margins = Specification.margins(of: [0, 3], classes: 10)
    let normalized = try BoundedNetwork(
      Self.network(architecture), arithmetic: .real
    ).bounding(
      over: Perturbation.linf(epsilon: epsilon).region(around: images, in: .real))
    let plain = try BoundedNetwork(
      Self.network(architecture, normalized: false), arithmetic: .real
    ).bounding(
      over: byHand)
    let (bounds, expected) = (
      normalized.intervalBounds(of: margins), plain.intervalBounds(of: margins)
    )
    // The radius that short warm-up compares with is that of the normalised input.
    let health = [normalized, plain].map { $0.preactivationHealth(tolerance: 0.9).scalar }
    #expect(health[1] > 0 && abs(health[0] - health[1]) <= 1e-4 * health[1])
    let size = expected.scalars.map { abs($0) }.max() ?? 0
    #expect(Self.distance(bounds, expected) <= 1e-4 * size)
  }

  @Test(arguments: architectures, ["safetensors", "onnx"])
  func filesKeepIt(architecture: Architecture, ending: String) throws {
    try withFolder { folder in
      let url = folder.appendingPathComponent("m.\(ending)")
      let network = try Self.network(architecture)
      try ModelFile(network).write(to: url)
      let loaded = try ModelFile(contentsOf: url).network
      let outputs = network(Self.images)
      let size = outputs.scalars.map { abs($0) }.max() ?? 0
      #expect(Self.distance(loaded(Self.images), outputs) <= (ending == "onnx" ? 1e-5 * size : 0))
      let plain = try Self.network(architecture, normalized: false)
      #expect(Self.distance(plain(Self.images), outputs) > 1e-3 * size)
    }
  }

  /// `mean: data` becomes the numbers of the training images.
  @Test func comesFromTheData() throws {
    let pixels: [UInt8] = [0, 10, 7, 255, 20, 7, 51, 30, 7, 102, 40, 7]
    let train = try LabeledImages(
      height: 1, width: 2, channels: 3, pixels: pixels, labels: [0, 1])
    let data = Dataset(name: "d", train: train, test: train)
    let recipe = try Recipe(yaml: "model: { name: mlp, mean: data }\nholdout: 0")
    #expect(try Recipe(yaml: recipe.yaml) == recipe)
    let resolved = try recipe.resolved(for: data)
    let means: [Float] = [102, 25, 7]
    #expect(resolved.model.mean == means.map { $0 / 255 })
    let deviations: [Float] = [95.41, 11.18, 255]
    for (found, expected) in zip(resolved.model.standardDeviation, deviations) {
      #expect(abs(found * 255 - expected) < 0.01)
    }
    #expect(try Recipe(yaml: resolved.yaml) == resolved)
    #expect(try resolved.network(for: train).nodes[0].layer is Normalization)
  }
}
