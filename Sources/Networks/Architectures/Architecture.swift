import Tensors

/// The named networks of the literature (Zhang et al. 2020, tables 3 and 4; Gowal et al. 2018).
public enum Architecture: Sendable, Equatable, Hashable {
  case cnn2Layer(width: Int, hidden: Int)
  case cnn3Layer(kernel: Int, width: Int, hidden: Int)
  case cnn4Layer(width: Int, hidden: Int)
  case dmSmall
  case dmMedium
  case dmLarge
  case mlp(hidden: [Int])

  /// Builds the network with weights drawn as PyTorch's default does: uniform within
  /// ±1/√fan_in, biases too.
  ///
  /// - Parameters:
  ///   - input: [height, width, channels].
  ///   - normalization: Put first where given.
  /// Throws ``NetworkError`` if the architecture does not fit the input.
  public func network(
    input: [Int], classes: Int = 10, seed: UInt64 = 0, normalization: Normalization? = nil
  ) throws(NetworkError) -> Network {
    _ = try parameterShapes(input: input, classes: classes)
    var builder = LayerBuilder(input: input, seed: seed)
    for stage in stages {
      switch stage {
      case .convolution(let channels, let kernel, let geometry):
        try builder.convolution(channels, kernel: kernel, geometry)
        builder.layers.append(ReLU())
      case .flatten: builder.flatten()
      case .linear(let width):
        builder.linear(width)
        builder.layers.append(ReLU())
      }
    }
    builder.linear(classes)
    let layers = (normalization.map { [$0] } ?? []) + builder.layers
    return try Network(input: input, layers, architecture: self)
  }

  func checkArguments(input: [Int], classes: Int) throws(NetworkError) {
    guard input.count == 3, input.allSatisfy({ $0 > 0 }), classes > 1 else {
      throw .badArchitecture(
        "\(self) needs images [height, width, channels] and at least two classes, "
          + "not \(input) and \(classes)")
    }
    guard (sizes + input + [classes]).allSatisfy({ $0 > 0 && $0 <= 1 << 16 }) else {
      throw .badArchitecture("\(self): every size must be between 1 and 65536")
    }
    guard input.reduce(1, *) <= Self.scalarLimit else {
      throw .badArchitecture("inputs \(input) are too large; choose smaller images")
    }
  }

  enum Stage {
    case convolution(Int, kernel: Int, ConvolutionGeometry)
    case flatten
    case linear(Int)
  }

  var stages: [Stage] {
    func conv(_ channels: Int, _ kernel: Int, _ stride: Int, _ padding: Int) -> Stage {
      .convolution(
        channels, kernel: kernel, ConvolutionGeometry(stride: stride, padding: padding))
    }
    return switch self {
    case .cnn2Layer(let w, let hidden):
      [conv(4 * w, 4, 2, 1), conv(8 * w, 4, 2, 1), .flatten, .linear(hidden)]
    case .cnn3Layer(let k, let w, let hidden):
      [conv(4 * w, k, 1, 1), conv(8 * w, k, 1, 1), conv(8 * w, 4, 4, 0), .flatten, .linear(hidden)]
    case .cnn4Layer(let w, let hidden):
      [
        conv(4 * w, 3, 1, 1), conv(4 * w, 4, 2, 1), conv(8 * w, 3, 1, 1), conv(8 * w, 4, 2, 1),
        .flatten, .linear(hidden), .linear(hidden),
      ]
    case .dmSmall: [conv(16, 4, 2, 0), conv(32, 4, 1, 0), .flatten, .linear(100)]
    case .dmMedium:
      [
        conv(32, 3, 1, 0), conv(32, 4, 2, 0), conv(64, 3, 1, 0), conv(64, 4, 2, 0), .flatten,
        .linear(512), .linear(512),
      ]
    case .dmLarge:
      [
        conv(64, 3, 1, 1), conv(64, 3, 1, 1), conv(128, 3, 2, 1), conv(128, 3, 1, 1),
        conv(128, 3, 1, 1), .flatten, .linear(512),
      ]
    case .mlp(let hidden): [.flatten] + hidden.map { .linear($0) }
    }
  }

  private var sizes: [Int] {
    switch self {
    case .cnn2Layer(let width, let hidden), .cnn4Layer(let width, let hidden): [width, hidden]
    case .cnn3Layer(let kernel, let width, let hidden): [kernel, width, hidden]
    case .dmSmall, .dmMedium, .dmLarge: []
    case .mlp(let hidden): hidden
    }
  }
}

/// Appends layers with fresh weights, keeping track of the shape.
private struct LayerBuilder {
  var layers: [any Layer] = []
  var shape: [Int]
  var random: RandomSource

  init(input: [Int], seed: UInt64) {
    shape = input
    random = RandomSource(seed: seed, purpose: "weights")
  }

  mutating func convolution(
    _ channels: Int, kernel: Int, _ geometry: ConvolutionGeometry
  ) throws(NetworkError) {
    let layer = Convolution(
      from: shape[2], to: channels, kernel: kernel, stride: geometry.stride,
      padding: geometry.padding, using: &random)
    do { shape = try layer.outputShape(for: shape) } catch {
      throw .shape(
        path: "\(layers.count)", kind: Convolution.kind, expected: error.expected,
        found: error.found)
    }
    layers.append(layer)
  }

  mutating func flatten() {
    layers.append(Flatten())
    shape = [shape.reduce(1, *)]
  }

  mutating func linear(_ width: Int) {
    layers.append(Linear(from: shape[0], to: width, using: &random))
    shape = [width]
  }
}
