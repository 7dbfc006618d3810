import Formats
import Foundation
import Networks
import Relaxations
import Tensors
import Testing
import _TestSupport

import Bounds

/// What is written as ONNX is the same network: to ONNX Runtime, and to ourselves.
@Suite struct ONNXRoundTripTests {
  /// Every architecture, with what training leaves in a BatchNorm, and normalised.
  static let architectures: [Architecture] = [
    .cnn2Layer(width: 1, hidden: 16), .cnn3Layer(kernel: 3, width: 1, hidden: 8),
    .cnn4Layer(width: 1, hidden: 8), .dmSmall, .dmMedium, .dmLarge, .cnn7BN(width: 2, hidden: 8),
    .mlp(hidden: [9, 7]), .resnet(width: 1, blocks: 2, hidden: 8, batchNorm: false),
    .resnet(width: 2, blocks: 1, hidden: 8, batchNorm: true), .wideResnet(blocks: 1, width: 1),
    .resnet2b, .resnet4b,
  ]

  @Test func everyArchitectureIsHere() {
    #expect(Set(Self.architectures.map(\.name)) == Set(Architecture.names))
  }

  private static func network(_ architecture: Architecture) throws -> Network {
    let normalization = Normalization(
      mean: Tensor(shape: [3], [0.4, 0.5, 0.6]),
      standardDeviation: Tensor(shape: [3], [0.2, 0.3, 0.25]))
    let network = try architecture.network(
      input: [16, 16, 3], classes: 4, seed: 1, normalization: normalization)
    let images = Families.images(8, network.inputShape, seed: 5)
    return network.withRunningStatistics(network.withStatistics(of: images).running)
  }

  private static func randomGraphs() throws -> [(String, Network)] {
    try (0..<60).map { ("graph \($0)", try RandomGraph.network(seed: UInt64($0))) }
  }

  /// Each function by itself, on images.
  private static func functions() throws -> [(String, Network)] {
    try ActivationFunction.samples.map { function in
      let network = try Network(input: [4, 4, 2], layers: [("function", Activation(function))])
      return ("\(function)", network)
    }
  }

  @Test(arguments: architectures)
  func importOfExportHasTheSameBounds(architecture: Architecture) throws {
    try expectSame(try Self.network(architecture), "\(architecture)", exactParameters: true)
  }

  /// Folding changes no answer and no bound, and leaves no BatchNorm behind a convolution.
  @Test(
    arguments: architectures.filter { ["cnn7-bn", "resnet-bn", "wide-resnet"].contains($0.name) })
  func foldedNetworksHaveTheSameBounds(architecture: Architecture) throws {
    let network = try Self.network(architecture)
    let folded = network.folded
    let count = folded.nodes.count { $0.layer is BatchNorm }
    // In front of its convolutions a wide residual network has BatchNorms that no layer can take.
    let kept = architecture.name == "wide-resnet" ? 4 : 0
    #expect(count == kept && folded.nodes.count < network.nodes.count)
    try expectSameBounds(folded, network, "\(architecture)")
  }

  @Test func importOfExportedGraphsHasTheSameBounds() throws {
    for (name, network) in try Self.randomGraphs() { try expectSame(network, name) }
  }

  /// Values with two axes join along the last one, as images do along their channels.
  @Test func valuesWithTwoAxesRoundTrip() throws {
    var random = RandomSource(seed: 5)
    let network = try Network(
      input: [2, 2, 3],
      graph: [
        ("rows", Rearrangement.reshape([2, 2, 3], to: [4, 3]), [0]), ("relu", ReLU(), [1]),
        (
          "half",
          ChannelAffine(
            scale: Tensor(shape: [3], [0.5, -1, 2]), shift: .zeros([3])), [2]
        ),
        ("both", Concatenation(), [1, 3]), ("flat", Flatten(), [4]),
        ("end", Linear(from: 24, to: 4, using: &random), [5]),
      ])
    try expectSame(network, "two axes")
  }

  private func expectSame(
    _ network: Network, _ name: String, exactParameters: Bool = false
  ) throws {
    try withFolder { folder in
      let url = folder.appending(path: "m.onnx")
      try ONNXModel.write(network, to: url)
      let again = try ONNXModel.network(contentsOf: url)
      if exactParameters {
        for (path, value) in network.parameters {
          #expect(again.parameters.first { $0.path == path }?.value == value, "\(name) \(path)")
        }
      }
      try expectSameBounds(again, network, name)
    }
  }

  private func expectSameBounds(_ again: Network, _ network: Network, _ name: String) throws {
    let images = Families.images(2, network.inputShape, seed: 3)
    expectClose(again(images), network(images), relative: 1e-5, absolute: 1e-5, name)
    let margins = Specification.margins(of: [1, 2], classes: network.classes)
    for method in [.interval, .crownIBP()] as [BoundMethod] {
      let set = Perturbation.linf(epsilon: 0.02, within: 0...1)
      func bounds(_ network: Network) throws -> Tensor {
        try lowerBounds(of: network, around: images, set, margins, by: method)
      }
      expectClose(
        try bounds(again), try bounds(network), relative: 1e-4, absolute: 1e-4,
        "\(name) \(method)")
    }
  }

  /// As PyTorch exported them: the same logits, and bounds that hold.
  @Test(arguments: ["residual", "layers", "axes"])
  func modelsOfPyTorchAreRead(name: String) throws {
    let network = try Fixture.onnx("pytorch/\(name)")
    let arrays = try Fixture.arrays("pytorch/\(name)")
    let x = arrays["x"]!
    let images = Rearrangement.transpose(Array(x.shape.dropFirst()), order: [1, 2, 0]).forward(x)
    expectClose(network(images), arrays["logits"]!, relative: 1e-5, absolute: 1e-5, name)
    let labels = network(images).argmaxOfRows
    let margins = Specification.margins(of: labels, classes: 10)
    for set in [.linf(epsilon: 0.01), .l2(epsilon: 0.1)] as [Perturbation] {
      let values = adversarialPoints(network, images, labels, set).map {
        margins.values(network($0))
      }
      for method in [.interval, .crownIBP(), .crown()] as [BoundMethod] {
        let lower = try lowerBounds(of: network, around: images, set, margins, by: method)
        for value in values {
          expectNowhereBelow(value, lower, relative: 1e-5, "\(name) \(method)")
        }
      }
    }
  }

  private static let program = """
    import sys, numpy, onnx, onnxruntime
    from pathlib import Path
    for model in sorted(Path(sys.argv[1]).glob("*.onnx")):
        onnx.checker.check_model(onnx.load(model), full_check=True)
        session = onnxruntime.InferenceSession(str(model))
        x = session.get_inputs()[0]
        data = numpy.fromfile(model.with_suffix(".input"), numpy.float32)
        data = data.reshape([-1] + list(x.shape[1:]))
        session.run(None, {x.name: data})[0].tofile(model.with_suffix(".output"))
    """

  /// Outputs of ONNX Runtime, for every architecture, for random graphs and for every function: the
  /// values of a function are compared with nothing else that is independent.
  @Test(.enabled(if: Python.withONNXRuntime != nil, Python.needsONNXRuntime))
  func onnxRuntimeGivesOurOutputs() throws {
    let python = try #require(Python.withONNXRuntime)
    let named = try Self.architectures.map { ("\($0)", try Self.network($0)) }
    let networks = try named + Self.randomGraphs() + Self.functions()
    try withFolder { folder in
      var expected: [Tensor] = []
      for (index, (_, network)) in networks.enumerated() {
        let images = Families.images(3, network.inputShape, seed: UInt64(index))
        try ONNXModel.write(network, to: folder.appending(path: "\(index).onnx"))
        try images.channelsFirst.bytes.write(to: folder.appending(path: "\(index).input"))
        let outputs = network(images)
        expected.append(outputs.shape.count == 4 ? outputs.channelsFirst : outputs)
      }
      let run = try python.run(Self.program, [folder.path])
      try #require(run.status == 0, "\(run.output)")
      for (index, (name, _)) in networks.enumerated() {
        let data = try Data(contentsOf: folder.appending(path: "\(index).output"))
        let theirs = Tensor(shape: expected[index].shape, data.floats)
        expectClose(theirs, expected[index], relative: 1e-5, absolute: 1e-5, name)
      }
    }
  }
}

extension Tensor {
  /// Images [N, H, W, C] as [N, C, H, W].
  fileprivate var channelsFirst: Tensor {
    Rearrangement.transpose(Array(shape.dropFirst()), order: [2, 0, 1]).forward(self)
  }

  fileprivate var bytes: Data { scalars.withUnsafeBytes { Data($0) } }
}

extension Data {
  fileprivate var floats: [Float] {
    withUnsafeBytes { bytes in
      (0..<count / 4).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
    }
  }
}
