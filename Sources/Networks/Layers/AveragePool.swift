import Tensors

/// Means over square windows, zeros of the padding counted: [H, W, C] → [H', W', C].
public struct AveragePool: Layer {
  public static let kind = "AveragePool"

  public let kernel: Int
  public let geometry: ConvolutionGeometry

  public init(kernel: Int, stride: Int? = nil, padding: Int = 0) {
    precondition(kernel >= 1 && padding >= 0 && padding < kernel, "a window of \(kernel)")
    self.kernel = kernel
    geometry = ConvolutionGeometry(stride: stride ?? kernel, padding: padding)
  }

  public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
    guard input.count == 3, let height = geometry.outputExtent(input[0], kernel: kernel),
      let width = geometry.outputExtent(input[1], kernel: kernel)
    else {
      throw ShapeMismatch(
        expected: "images [height, width, channels] that hold a \(kernel)×\(kernel) window",
        found: input)
    }
    return [height, width, input[2]]
  }

  public func forward(_ input: Tensor) -> Tensor { averagePool(input, kernel: kernel, geometry) }
}
