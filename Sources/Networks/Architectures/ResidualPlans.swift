import Tensors

/// Residual networks (He et al. 2016; Zagoruyko and Komodakis 2016), named as PyTorch's
/// implementations name their parts.
extension ArchitecturePlan {
  /// A stage of a residual network: blocks with the same number of channels, the first of which has
  /// the stride.
  struct Stage {
    let channels, blocks, stride: Int
  }

  /// Adds a residual network up to its last hidden layer: conv-ReLU, stages of blocks
  /// ReLU(conv(ReLU(conv x)) + skip x), flatten, hidden linear layers with ReLU. The skip is the
  /// identity, or a 1×1 convolution where extents change. BatchNorm follows every convolution if
  /// wanted.
  mutating func residual(
    stem: (channels: Int, stride: Int), _ stages: [Stage], hidden: [Int], batchNorm: Bool
  ) throws(NetworkError) {
    try convolve(stem.channels, stride: stem.stride, "conv1", "bn1", batchNorm)
    try add(.relu, "relu1")
    for (number, stage) in stages.enumerated() {
      for block in 0..<stage.blocks {
        try residualBlock(
          "layer\(number + 1).\(block)", stage.channels, stride: block == 0 ? stage.stride : 1,
          batchNorm)
      }
    }
    try add(.flatten, "flatten")
    for (number, width) in hidden.enumerated() {
      try add(.linear(width), "linear\(number + 1)")
      try add(.relu, "relu-linear\(number + 1)")
    }
  }

  /// Adds a convolution whose padding keeps the image's extents at stride 1, with BatchNorm if
  /// wanted.
  ///
  /// - Parameter input: The value that it reads; the last one where left out.
  private mutating func convolve(
    _ channels: Int, kernel: Int = 3, stride: Int, _ path: String, _ normPath: String,
    _ batchNorm: Bool, to input: Int? = nil
  ) throws(NetworkError) {
    let geometry = ConvolutionGeometry(stride: stride, padding: kernel / 2)
    try add(.convolution(channels, kernel: kernel, geometry), path, to: input.map { [$0] })
    if batchNorm { try add(.batchNorm, normPath) }
  }

  /// Adds a block ReLU(conv(ReLU(conv x)) + skip x), whose first convolution has the stride.
  private mutating func residualBlock(
    _ path: String, _ channels: Int, stride: Int, _ batchNorm: Bool
  ) throws(NetworkError) {
    let (input, shape) = (last, lastShape)
    try convolve(channels, stride: stride, "\(path).conv1", "\(path).bn1", batchNorm)
    try add(.relu, "\(path).relu1")
    try convolve(channels, stride: 1, "\(path).conv2", "\(path).bn2", batchNorm)
    let main = last
    var skip = input
    if stride != 1 || shape[2] != channels {
      try convolve(
        channels, kernel: 1, stride: stride, "\(path).shortcut.0", "\(path).shortcut.1", batchNorm,
        to: input)
      skip = last
    }
    try add(.addition, "\(path).add", to: [main, skip])
    try add(.relu, "\(path).relu2")
  }

  /// Adds WRN-(6·blocks + 4)-width up to its flatten: conv 16, three stages of 16, 32 and 64 times
  /// `width` channels, blocks with BatchNorm and ReLU in front of each convolution, the mean of
  /// each channel at the end.
  mutating func wideResidual(blocks: Int, width: Int) throws(NetworkError) {
    try convolve(16, stride: 1, "conv1", "", false)
    for (number, stride) in [1, 2, 2].enumerated() {
      for block in 0..<blocks {
        try preActivationBlock(
          "layer\(number + 1).\(block)", (16 << number) * width, stride: block == 0 ? stride : 1)
      }
    }
    try add(.batchNorm, "bn1")
    try add(.relu, "relu1")
    try add(.globalAverage, "average")
    try add(.flatten, "flatten")
  }

  /// Adds a block conv(ReLU(norm(conv(ReLU(norm x))))) + skip x, whose first convolution has the
  /// stride.
  private mutating func preActivationBlock(
    _ path: String, _ channels: Int, stride: Int
  ) throws(NetworkError) {
    let (input, shape) = (last, lastShape)
    try add(.batchNorm, "\(path).bn1")
    try add(.relu, "\(path).relu1")
    try convolve(channels, stride: stride, "\(path).conv1", "", false)
    try add(.batchNorm, "\(path).bn2")
    try add(.relu, "\(path).relu2")
    try convolve(channels, stride: 1, "\(path).conv2", "", false)
    let main = last
    var skip = input
    if stride != 1 || shape[2] != channels {
      try convolve(channels, kernel: 1, stride: stride, "\(path).shortcut.0", "", false, to: input)
      skip = last
    }
    try add(.addition, "\(path).add", to: [main, skip])
  }
}
