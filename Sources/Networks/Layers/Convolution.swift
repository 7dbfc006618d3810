import Tensors

/// Two-dimensional convolution with zero padding, in groups of channels and with gaps between the
/// kernel's taps if wished: [H, W, C] → [H', W', O].
public struct Convolution: Layer {
  public static let kind = "Convolution"

  /// [O, C/groups, kh, kw], PyTorch's layout.
  public var weight: Tensor
  /// [O].
  public var bias: Tensor
  public var geometry: ConvolutionGeometry
  public let layout: KernelLayout
  private let expansion: Rearrangement?

  public init(
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
  public init(
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

  /// The weight of the same convolution without groups and gaps, [O, C, kh', kw'].
  public var kernel: Tensor {
    guard let expansion else { return weight }
    return expansion.forward(weight.reshaped([1] + weight.shape)).reshaped(expansion.output)
  }

  public var keepsOrder: Bool { false }

  public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
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

  public func forward(_ input: Tensor) -> Tensor {
    convolution(input, weight: kernel, bias: bias, geometry)
  }

  public func multiplyAdds(output: [Int]) -> Int { output[0] * output[1] * weight.count }

  public var parameters: [(name: String, value: Tensor)] {
    [("weight", weight), ("bias", bias)]
  }

  public func replacingTensors(
    _ transform: (String, Tensor) throws -> Tensor
  ) rethrows -> Convolution {
    var copy = self
    copy.weight = try transform("weight", weight)
    copy.bias = try transform("bias", bias)
    return copy
  }
}
