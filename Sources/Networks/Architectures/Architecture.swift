import Tensors

/// The named networks of the literature (Zhang et al. 2020, tables 3 and 4; Gowal et al. 2018; Shi
/// et al. 2021; the residual networks of the VNN competition, 2021).
public enum Architecture: Sendable, Equatable, Hashable {
  case cnn2Layer(width: Int, hidden: Int)
  case cnn3Layer(kernel: Int, width: Int, hidden: Int)
  case cnn4Layer(width: Int, hidden: Int)
  case dmSmall
  case dmMedium
  case dmLarge
  /// dm-large with BatchNorm in front of every ReLU; the first convolution has `width` channels, 64
  /// in the literature.
  case cnn7BN(width: Int, hidden: Int)
  case mlp(hidden: [Int])
  /// conv `width`, two stages of `blocks` residual blocks with 2·`width` and 4·`width` channels,
  /// each halving the image, one hidden layer.
  case resnet(width: Int, blocks: Int, hidden: Int, batchNorm: Bool)
  /// WRN-(6·blocks + 4)-width (Zagoruyko and Komodakis 2016).
  case wideResnet(blocks: Int, width: Int)
  case resnet2b
  case resnet4b

  /// Builds the network with weights drawn as PyTorch's default does: uniform within
  /// ±1/√fan_in, biases too.
  ///
  /// - Parameter input: [height, width, channels].
  /// - Throws: ``NetworkError`` where the architecture does not fit the input.
  public func network(
    input: [Int], classes: Int = 10, seed: UInt64 = 0
  ) throws(NetworkError) -> Network {
    try network(input: input, classes: classes, seed: seed, normalization: nil)
  }

  /// The same behind a normalisation, where one is given.
  package func network(
    input: [Int], classes: Int = 10, seed: UInt64 = 0, normalization: Normalization?
  ) throws(NetworkError) -> Network {
    try plan(input: input, classes: classes)
      .network(seed: seed, normalization: normalization, origin: origin)
  }

  /// The shapes of the trained tensors by path, in PyTorch's layout.
  ///
  /// Throws ``NetworkError/badArchitecture(_:)`` for an input or sizes that make no network, or
  /// one too large for any machine, and ``NetworkError/shape(path:kind:expected:found:)`` where a
  /// convolution does not fit its input. A leading normalisation changes nothing.
  package func parameterShapes(
    input: [Int], classes: Int
  ) throws(NetworkError) -> [(path: String, shape: [Int])] {
    try plan(input: input, classes: classes).items.flatMap { item in
      item.weights.map { ("\(item.path).\($0.name)", $0.shape) }
    }
  }

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
