import Tensors

/// Two-dimensional convolution with zero padding, in groups of channels and with gaps between the
/// kernel's taps if wished: [H, W, C] → [H', W', O].
///
/// With padding p, stride s and a kernel of height kh, H' = (H + 2p − kh)/s + 1, rounded down; W'
/// is alike. As in PyTorch, the kernel is not mirrored.
package struct Convolution: Layer {
  package static let kind = "Convolution"

  /// The trained kernels, [O, C/groups, kh, kw], PyTorch's layout.
  package var weight: Tensor
  /// The trained number added to each output channel, [O].
  package var bias: Tensor
  /// Stride and padding, the same along both axes.
  package var geometry: ConvolutionGeometry
  /// The groups of channels and the gaps between taps.
  package let layout: KernelLayout
  /// How the weight becomes the kernel of a plain convolution; nil where it is that.
  private let expansion: Rearrangement?

  /// Makes a layer of its tensors.
  ///
  /// - Parameters:
  ///   - weight: [O, C/groups, kh, kw].
  ///   - bias: [O].
  /// - Precondition: The shapes fit, and O is a multiple of the number of groups.
  package init(
    weight: Tensor, bias: Tensor, geometry: ConvolutionGeometry,
    layout: KernelLayout = KernelLayout()
  ) {
    precondition(
      weight.shape.count == 4 && bias.shape == [weight.shape[0]]
        && weight.shape[0] % layout.groups == 0,
      "weight \(weight.shape) and bias \(bias.shape) of a convolution in \(layout.groups) groups")
    self.weight = weight
    self.bias = bias
    self.geometry = geometry
    self.layout = layout
    expansion = layout.expansion(of: weight.shape)
  }

  /// A layer with weights and biases drawn as PyTorch's default does: uniform within ±1/√fan_in,
  /// where fan_in = C/groups · kernel².
  package init(
    from inChannels: Int, to outChannels: Int, kernel: Int, stride: Int = 1, padding: Int = 0,
    layout: KernelLayout = KernelLayout(), using random: inout RandomSource
  ) {
    let inputs = inChannels / layout.groups
    let bound = 1 / Float(inputs * kernel * kernel).squareRoot()
    self.init(
      weight: .uniform(
        [outChannels, inputs, kernel, kernel], in: -bound...bound, using: &random),
      bias: .uniform([outChannels], in: -bound...bound, using: &random),
      geometry: ConvolutionGeometry(stride: stride, padding: padding), layout: layout)
  }

  /// The weight of the same convolution without groups and gaps, [O, C, kh', kw'], with zeros where
  /// it has neither. Gradients flow through it to the weight.
  package var kernel: Tensor {
    guard let expansion else { return weight }
    return expansion.forward(weight.reshaped([1] + weight.shape)).reshaped(expansion.output)
  }

  package var keepsOrder: Bool { false }

  package func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
    let (channels, extents) = (weight.shape[1] * layout.groups, layout.extents(of: weight.shape))
    guard input.count == 3, input[2] == channels,
      let height = geometry.outputExtent(input[0], kernel: extents[0]),
      let width = geometry.outputExtent(input[1], kernel: extents[1])
    else {
      throw ShapeMismatch(
        expected: "images [height, width, \(channels)] that hold a \(extents[0])×\(extents[1]) "
          + "kernel with padding \(geometry.padding)", found: input)
    }
    return [height, width, weight.shape[0]]
  }

  package func forward(_ input: Tensor) -> Tensor {
    convolution(input, weight: kernel, bias: bias, geometry)
  }

  package func multiplyAdds(output: [Int]) -> Int { output[0] * output[1] * weight.count }

  package var parameters: [(name: String, value: Tensor)] {
    [("weight", weight), ("bias", bias)]
  }

  package func replacingTensors(
    _ transform: (String, Tensor) throws -> Tensor
  ) rethrows -> Convolution {
    var copy = self
    copy.weight = try transform("weight", weight)
    copy.bias = try transform("bias", bias)
    return copy
  }
}
