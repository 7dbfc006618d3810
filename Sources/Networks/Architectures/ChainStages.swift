import Tensors

/// The architectures that are chains: convolutions, a flatten and hidden linear layers, each
/// convolution and linear layer in front of a ReLU.
extension Architecture {
  /// A part of a chain in front of its last layer; BatchNorm and ReLU come with it.
  enum Stage {
    case convolution(Int, kernel: Int, ConvolutionGeometry)
    case flatten
    case linear(Int)
  }

  /// Whether BatchNorm stands in front of every ReLU of the chain.
  var hasBatchNorm: Bool { if case .cnn7BN = self { true } else { false } }

  /// The stages before the last layer, which has an output for each class; none for architectures
  /// that are no chains.
  var stages: [Stage] {
    func conv(_ channels: Int, _ kernel: Int, _ stride: Int, _ padding: Int) -> Stage {
      .convolution(
        channels, kernel: kernel, ConvolutionGeometry(stride: stride, padding: padding))
    }
    func large(_ width: Int, _ hidden: Int) -> [Stage] {
      [
        conv(width, 3, 1, 1), conv(width, 3, 1, 1), conv(2 * width, 3, 2, 1),
        conv(2 * width, 3, 1, 1), conv(2 * width, 3, 1, 1), .flatten, .linear(hidden),
      ]
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
    case .dmLarge: large(64, 512)
    case .cnn7BN(let width, let hidden): large(width, hidden)
    case .mlp(let hidden): [.flatten] + hidden.map { .linear($0) }
    case .resnet, .wideResnet, .resnet2b, .resnet4b: []
    }
  }
}

extension ArchitecturePlan {
  /// Adds a stage with its BatchNorm, if wanted, and its ReLU.
  mutating func add(_ stage: Architecture.Stage, batchNorm: Bool) throws(NetworkError) {
    switch stage {
    case .flatten:
      try add(.flatten)
      return
    case .convolution(let channels, let kernel, let geometry):
      try add(.convolution(channels, kernel: kernel, geometry))
    case .linear(let width): try add(.linear(width))
    }
    if batchNorm { try add(.batchNorm) }
    try add(.relu)
  }
}
