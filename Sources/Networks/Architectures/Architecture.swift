import Tensors

/// The named networks of the literature on certified training (Zhang et al. 2020, tables 3 and 4;
/// Gowal et al. 2018; Shi et al. 2021; the residual networks of the VNN competition, 2021).
///
/// ```swift
/// let architecture = try Architecture(name: "cnn-2layer", options: ["width": [2]])
/// let network = try architecture.network(input: [28, 28, 1], classes: 10, seed: 1)
/// ```
///
/// An architecture with an input shape and a number of classes makes a ``Network``. The name and
/// the options stay with the network as its `Network.Origin`, so that a file of tensors is enough
/// to read it back. ReLU follows every convolution and every hidden linear layer of the chains.
///
/// Parameters and layer names are those of PyTorch's implementations, so that their weights can be
/// loaded.
public enum Architecture: Sendable, Equatable, Hashable {
  /// Two convolutions of 4·`width` and 8·`width` channels (kernel 4, stride 2), a hidden linear
  /// layer.
  case cnn2Layer(width: Int, hidden: Int)
  /// Two convolutions of 4·`width` and 8·`width` channels (the given kernel, stride 1), one of
  /// 8·`width` (kernel 4, stride 4), a hidden linear layer.
  case cnn3Layer(kernel: Int, width: Int, hidden: Int)
  /// Four convolutions of 4·`width`, 4·`width`, 8·`width` and 8·`width` channels, of which the
  /// second and the fourth halve the image, two hidden linear layers.
  case cnn4Layer(width: Int, hidden: Int)
  /// DM-small of Gowal et al. 2018: two convolutions of 16 and 32 channels, 100 hidden units.
  case dmSmall
  /// DM-medium of Gowal et al. 2018: four convolutions of 32 and 64 channels, twice 512 hidden
  /// units.
  case dmMedium
  /// DM-large of Gowal et al. 2018: five convolutions of 64 and 128 channels, 512 hidden units.
  case dmLarge
  /// DM-large with BatchNorm in front of every ReLU (Shi et al. 2021); the first convolution has
  /// `width` channels, 64 in the literature, and the last three twice as many.
  case cnn7BN(width: Int, hidden: Int)
  /// Hidden linear layers of the given widths on the flattened input.
  case mlp(hidden: [Int])
  /// conv `width`, two stages of `blocks` residual blocks with 2·`width` and 4·`width` channels,
  /// each halving the image, one hidden layer.
  case resnet(width: Int, blocks: Int, hidden: Int, batchNorm: Bool)
  /// WRN-(6·blocks + 4)-width (Zagoruyko and Komodakis 2016).
  case wideResnet(blocks: Int, width: Int)
  /// The residual network of two blocks of the VNN competition.
  case resnet2b
  /// The residual network of four blocks of the VNN competition.
  case resnet4b

  /// Builds the network with weights drawn as PyTorch's default does: uniform within ±1/√fan_in,
  /// biases too.
  ///
  /// The same seed gives the same weights on every machine. Training by short warm-up draws the
  /// weights anew (`Network.withIntervalInitialization(seed:)`).
  ///
  /// - Parameters:
  ///   - input: [height, width, channels].
  ///   - classes: The number of logits.
  ///   - seed: Decides the weights.
  /// - Throws: ``NetworkError`` if the architecture does not fit the input, or if sizes are out of
  ///   range.
  public func network(
    input: [Int], classes: Int = 10, seed: UInt64 = 0
  ) throws(NetworkError) -> Network {
    try network(input: input, classes: classes, seed: seed, normalization: nil)
  }

  /// Builds the same network behind a normalisation, where one is given, so that ε stays in raw input
  /// units.
  package func network(
    input: [Int], classes: Int = 10, seed: UInt64 = 0, normalization: Normalization?
  ) throws(NetworkError) -> Network {
    try plan(input: input, classes: classes)
      .network(seed: seed, normalization: normalization, origin: origin)
  }

  /// Returns the shapes of the trained tensors by path, in PyTorch's layout, without allocating
  /// any. A leading normalisation changes nothing about them.
  ///
  /// - Throws: ``NetworkError/badArchitecture(_:)`` for an input or sizes that make no network, or
  ///   one too large for any machine, and ``NetworkError/shape(path:kind:expected:found:)`` where a
  ///   convolution does not fit its input.
  package func parameterShapes(
    input: [Int], classes: Int
  ) throws(NetworkError) -> [(path: String, shape: [Int])] {
    try plan(input: input, classes: classes).items.flatMap { item in
      item.weights.map { ("\(item.path).\($0.name)", $0.shape) }
    }
  }

  /// Lays out the layers without weights, and so checks all shapes and sizes.
  ///
  /// - Throws: As ``parameterShapes(input:classes:)`` does.
  func plan(input: [Int], classes: Int) throws(NetworkError) -> ArchitecturePlan {
    try checkArguments(input: input, classes: classes)
    var plan = ArchitecturePlan(input: input)
    switch self {
    case .resnet(let width, let blocks, let hidden, let batchNorm):
      try plan.residual(
        stem: (width, 1),
        [1, 2].map { .init(channels: 2 * $0 * width, blocks: blocks, stride: 2) },
        hidden: [hidden], batchNorm: batchNorm)
      try plan.add(.linear(classes), "linear2")
    case .resnet2b:
      try plan.residual(
        stem: (8, 2), [.init(channels: 16, blocks: 2, stride: 2)], hidden: [100], batchNorm: false)
      try plan.add(.linear(classes), "linear2")
    case .resnet4b:
      try plan.residual(
        stem: (16, 2), [1, 2].map { _ in .init(channels: 32, blocks: 2, stride: 2) },
        hidden: [100], batchNorm: false)
      try plan.add(.linear(classes), "linear2")
    case .wideResnet(let blocks, let width):
      try plan.wideResidual(blocks: blocks, width: width)
      try plan.add(.linear(classes), "linear")
    default:
      for stage in stages { try plan.add(stage, batchNorm: hasBatchNorm) }
      try plan.add(.linear(classes))
    }
    return plan
  }

  /// Refuses numbers that make no network, before a product of them can overflow.
  private func checkArguments(input: [Int], classes: Int) throws(NetworkError) {
    guard input.count == 3, input.allSatisfy({ $0 > 0 }), classes > 1 else {
      throw .badArchitecture(
        "\(self) needs images [height, width, channels] and at least two classes, "
          + "not \(input) and \(classes)")
    }
    guard (options.values.joined() + input + [classes]).allSatisfy({ $0 > 0 && $0 <= 1 << 16 })
    else {
      throw .badArchitecture("\(self): every size must be between 1 and 65536")
    }
    guard options["blocks", default: []].allSatisfy({ $0 <= 64 }) else {
      throw .badArchitecture("\(self): at most 64 blocks")
    }
    guard input.reduce(1, *) <= Self.scalarLimit else {
      throw .badArchitecture("inputs \(input) are too large; choose smaller images")
    }
  }

  /// The largest number of scalars that a network's parameters, or one layer's output, may have.
  static let scalarLimit = 1 << 29
}
