import Tensors

/// Two-dimensional convolution with zero padding: [H, W, C] → [H', W', O].
public struct Convolution: Layer {
  public static let kind = "Convolution"

  /// [O, C, kh, kw], PyTorch's layout.
  public var weight: Tensor
  /// [O].
  public var bias: Tensor
  public var geometry: ConvolutionGeometry

  public init(weight: Tensor, bias: Tensor, geometry: ConvolutionGeometry) {
    precondition(
      weight.shape.count == 4 && bias.shape == [weight.shape[0]],
      "weight \(weight.shape) and bias \(bias.shape) of a convolution")
    self.weight = weight
    self.bias = bias
    self.geometry = geometry
  }

  /// A layer with weights and biases drawn as PyTorch's default does: uniform within ±1/√fan_in,
  /// where fan_in = C · kernel².
  public init(
    from inChannels: Int, to outChannels: Int, kernel: Int, stride: Int = 1, padding: Int = 0,
    using random: inout RandomSource
  ) {
    let bound = 1 / Float(inChannels * kernel * kernel).squareRoot()
    self.init(
      weight: .uniform(
        [outChannels, inChannels, kernel, kernel], in: -bound...bound, using: &random),
      bias: .uniform([outChannels], in: -bound...bound, using: &random),
      geometry: ConvolutionGeometry(stride: stride, padding: padding))
  }

  public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
    let (channels, kernel) = (weight.shape[1], (weight.shape[2], weight.shape[3]))
    guard input.count == 3, input[2] == channels,
      let height = geometry.outputExtent(input[0], kernel: kernel.0),
      let width = geometry.outputExtent(input[1], kernel: kernel.1)
    else {
      throw ShapeMismatch(
        expected: "images [height, width, \(channels)] that hold a \(kernel.0)×\(kernel.1) kernel "
          + "with padding \(geometry.padding)", found: input)
    }
    return [height, width, weight.shape[0]]
  }

  public func forward(_ input: Tensor) -> Tensor {
    convolution(input, weight: weight, bias: bias, geometry)
  }

  public func multiplyAdds(output: [Int]) -> Int { output[0] * output[1] * weight.count }

  public var parameters: [(name: String, value: Tensor)] {
    [("weight", weight), ("bias", bias)]
  }

  public func replacingTensors(
    _ transform: (String, Tensor) throws -> Tensor
  ) rethrows -> Convolution {
    Convolution(
      weight: try transform("weight", weight), bias: try transform("bias", bias),
      geometry: geometry)
  }
}
