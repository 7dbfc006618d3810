import Networks
import Relaxations
import Tensors

/// Small graphs of random layers on 6×6 images with two channels and four outputs.
package enum RandomGraph {
  package static func network(seed: UInt64) throws -> Network {
    try network(seed: seed, purpose: "graph") { kind, shape, random in
      switch kind {
      case 2, 3, 4: convolution(from: shape[2], using: &random)
      default: RandomLayer.all.randomElement(using: &random)!.on(shape, &random)
      }
    } activation: { random in
      RandomLayer.elementwise.randomElement(using: &random)!.on([8], &random)
    }
  }

  /// Makes a graph of other layers.
  ///
  /// - Parameters:
  ///   - layer: Makes a layer on images of a shape by a number from 1 to 9; 0 is a sum, and 1 a
  ///     concatenation where the image has few channels.
  ///   - activation: Makes the layer on the last eight hidden units.
  package static func network(
    seed: UInt64, purpose: String,
    layer: (Int, [Int], inout RandomSource) throws -> any Layer,
    activation: (inout RandomSource) -> any Layer
  ) throws -> Network {
    var random = RandomSource(seed: seed, purpose: purpose)
    var shapes = [[6, 6, 2]]
    var graph: [(path: String, layer: any Layer, inputs: [Int])] = []
    func add(_ layer: any Layer, _ inputs: [Int]) throws {
      shapes.append(try layer.outputShape(ofAll: inputs.map { shapes[$0] }))
      graph.append(("\(graph.count)", layer, inputs))
    }
    for _ in 0..<7 {
      let last = graph.count
      let shape = shapes[last]
      let partner = shapes.indices.filter { shapes[$0] == shape }.randomElement(using: &random)!
      switch Int.random(in: 0..<10, using: &random) {
      case 0: try add(Addition(), [partner, last])
      case 1 where shape[2] <= 4: try add(Concatenation(), [partner, last])
      case let kind: try add(layer(kind, shape, &random), [last])
      }
    }
    try add(Flatten(), [graph.count])
    try add(Linear(from: shapes.last![0], to: 8, using: &random), [graph.count])
    try add(activation(&random), [graph.count])
    try add(Linear(from: 8, to: 4, using: &random), [graph.count])
    return try Network(input: shapes[0], graph: graph).scaled(by: 2)
  }

  package static func convolution(from channels: Int, using random: inout RandomSource)
    -> Convolution
  {
    Convolution(
      from: channels, to: Int.random(in: 2...4, using: &random), kernel: 3, padding: 1,
      using: &random)
  }
}

extension Network {
  /// Weights so large that many ReLUs are undecided.
  package func scaled(by gain: Float) -> Network {
    withParameters(parameters.map { ($0.value * gain).detached })
  }
}

/// Every layer kind of one input, with random settings.
package enum RandomLayer: Sendable {
  case activation(ActivationFunction)
  case elementwise(Elementwise)
  case window(Window)

  package enum Elementwise: CaseIterable {
    case relu, prelu, singlePReLU, absolute, channelAffine, batchNorm
  }

  /// Those that take images only.
  package enum Window: CaseIterable {
    case averagePool, averagePoolUncounted, maxPool, maxPoolPadded
    case groups, dilation
    case transpose, pad, slice, reshape
  }

  package static let elementwise =
    ActivationFunction.samples.map(RandomLayer.activation)
    + Elementwise.allCases.map(RandomLayer.elementwise)

  package static let all = elementwise + Window.allCases.map(RandomLayer.window)

  /// A layer that takes images, or vectors if it is elementwise.
  package func on(_ shape: [Int], _ random: inout RandomSource) -> any Layer {
    switch self {
    case .activation(let function): Activation(function)
    case .elementwise(let kind): kind.layer(channels: shape.last!, &random)
    case .window(let kind): kind.layer(on: shape, &random)
    }
  }
}

extension RandomLayer.Elementwise {
  func layer(channels: Int, _ random: inout RandomSource) -> any Layer {
    func normal() -> Tensor { .normal([channels], standardDeviation: 1, using: &random) }
    switch self {
    case .relu: return ReLU()
    case .prelu: return PReLU(weight: .uniform([channels], in: -2...3, using: &random))
    case .singlePReLU: return PReLU(slope: 2 - 4 * random.uniform())
    case .absolute: return PReLU(slope: -1)
    case .channelAffine: return ChannelAffine(scale: normal(), shift: normal())
    case .batchNorm:
      return BatchNorm(
        weight: normal(), bias: normal(), runningMean: normal(),
        runningVariance: .uniform([channels], in: 0.3...2, using: &random))
    }
  }
}

extension RandomLayer.Window {
  /// A layer that looks at neighbours, or moves scalars.
  func layer(on shape: [Int], _ random: inout RandomSource) -> any Layer {
    let (channels, isLarge) = (shape[2], min(shape[0], shape[1]) >= 4)
    switch self {
    case .averagePool where isLarge: return AveragePool(kernel: 2)
    case .averagePool: return AveragePool(kernel: 3, stride: 1, padding: 1)
    case .averagePoolUncounted:
      let geometry = ConvolutionGeometry(stride: 1, padding: 1)
      return AveragePool(PoolingWindow(height: 3, width: 2, geometry), countsPadding: false)
    case .maxPool where isLarge: return MaxPool(kernel: 2)
    case .maxPool, .maxPoolPadded: return MaxPool(kernel: 3, stride: 1, padding: 1)
    case .groups where channels % 2 == 0:
      return Convolution(
        from: channels, to: 4, kernel: 3, padding: 1, layout: KernelLayout(groups: 2),
        using: &random)
    case .groups, .dilation:
      return Convolution(
        from: channels, to: 3, kernel: 3, padding: 2, layout: KernelLayout(dilation: [2, 1]),
        using: &random)
    case .transpose: return Rearrangement.transpose(shape, order: [1, 2, 0])
    case .pad:
      return Rearrangement.pad(shape, before: [1, 0, 0], after: [0, 1, 0], value: 0.5)
    case .slice where isLarge:
      return Rearrangement.slice(
        shape, starts: [1, shape[1] - 1, 0], steps: [1, -2, 1],
        counts: [shape[0] - 2, shape[1] / 2, channels])
    case .slice, .reshape:
      return Rearrangement.reshape(shape, to: [shape[1], shape[0], channels])
    }
  }
}
