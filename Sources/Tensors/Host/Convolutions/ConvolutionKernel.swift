import COneDNN
import Synchronization

/// Stride and zero padding of a two-dimensional convolution; the kernel's size is the weight's.
public struct ConvolutionGeometry: Hashable, Sendable {
  public var stride: Int
  /// Rows and columns of zeros on each of the four sides.
  public var padding: Int

  public init(stride: Int = 1, padding: Int = 0) {
    self.stride = stride
    self.padding = padding
  }

  /// The output's extent along an axis, or nil if the kernel does not fit.
  public func outputExtent(_ input: Int, kernel: Int) -> Int? {
    let span = input + 2 * padding - kernel
    return span < 0 || stride < 1 ? nil : span / stride + 1
  }
}

/// Convolutions by oneDNN, compiled once for each shape and direction.
enum ConvolutionKernel {
  struct Key: Hashable {
    var direction: UInt32
    var images: [Int]
    var weight: [Int]
    var geometry: ConvolutionGeometry
    var hasBias: Bool
    /// A convolution is compiled for a number of threads.
    var threads = Threads.count
  }

  /// [N, H, W, C] ∗ [O, C, kh, kw] (+ bias [O]) → [N, H', W', O].
  static func forward(
    _ images: Tensor, _ weight: Tensor, bias: Tensor?, _ geometry: ConvolutionGeometry
  ) -> Tensor {
    let out = outputShape(images.shape, weight.shape, geometry)
    if let thin = ThinConvolutionKernel(images: images.shape, weight: weight.shape, geometry) {
      return thin.forward(images, weight, bias: bias)
    }
    let output = result(out)
    let key = Key(
      direction: CONEDNN_FORWARD.rawValue, images: images.shape, weight: weight.shape,
      geometry: geometry, hasBias: bias != nil)
    run(key, out, images.pointer, weight.pointer, bias?.pointer, UnsafePointer(output.pointer))
    keepAlive(images, weight, bias)
    return output.tensor
  }

  /// The transpose of ``forward(_:_:bias:_:)`` in its images: [N, H', W', O] → [N, H, W, C].
  static func backwardData(
    _ output: Tensor, _ weight: Tensor, imageShape: [Int], _ geometry: ConvolutionGeometry
  ) -> Tensor {
    if let thin = ThinConvolutionKernel(images: imageShape, weight: weight.shape, geometry) {
      return thin.backwardData(output, weight)
    }
    let images = result(imageShape)
    let key = Key(
      direction: CONEDNN_BACKWARD_DATA.rawValue, images: imageShape, weight: weight.shape,
      geometry: geometry, hasBias: false)
    run(key, output.shape, UnsafePointer(images.pointer), weight.pointer, nil, output.pointer)
    keepAlive(output, weight)
    return images.tensor
  }

  /// Gradients of the weight and, if wanted, of the bias.
  ///
  /// The pixels that a strided 1×1 kernel sees are taken out first: oneDNN's AVX2 convolution does
  /// so itself, but writes those of fewer than eight channels past the end of its working memory
  /// (2.6.3; `jit_avx2_1x1_convolution.cpp`, where its steps are blocks of eight).
  static func backwardWeights(
    _ images: Tensor, _ output: Tensor, weightShape: [Int], _ geometry: ConvolutionGeometry,
    withBias: Bool
  ) -> (weight: Tensor, bias: Tensor?) {
    if images.shape[0] == 0 {
      return (.zeros(weightShape), withBias ? .zeros([weightShape[0]]) : nil)
    }
    if let thin = ThinConvolutionKernel(images: images.shape, weight: weightShape, geometry) {
      return (
        thin.backwardWeights(images, output), withBias ? MatrixKernel.columnSums(output) : nil
      )
    }
    if weightShape[2...] == [1, 1], geometry.stride > 1, geometry.padding == 0 {
      let pixels = PoolingWindow(height: 1, width: 1, geometry)
      let seen = AveragePoolKernel(window: pixels, countsPadding: false).forward(images)
      return backwardWeights(
        seen, output, weightShape: weightShape, ConvolutionGeometry(), withBias: withBias)
    }
    let weight = result(weightShape)
    let bias = withBias ? result([weightShape[0]]) : nil
    let key = Key(
      direction: CONEDNN_BACKWARD_WEIGHTS.rawValue, images: images.shape, weight: weightShape,
      geometry: geometry, hasBias: withBias)
    run(
      key, output.shape, images.pointer, UnsafePointer(weight.pointer),
      bias.map { UnsafePointer($0.pointer) }, output.pointer)
    keepAlive(images, output)
    return (weight.tensor, bias?.tensor)
  }

  static func outputShape(
    _ images: [Int], _ weight: [Int], _ geometry: ConvolutionGeometry
  ) -> [Int] {
    precondition(
      images.count == 4 && weight.count == 4 && images[3] == weight[1],
      "convolution of images \(images) with weight \(weight)")
    guard let height = geometry.outputExtent(images[1], kernel: weight[2]),
      let width = geometry.outputExtent(images[2], kernel: weight[3])
    else { preconditionFailure("kernel \(weight) larger than padded images \(images)") }
    return [images[0], height, width, weight[0]]
  }

  private static func run(
    _ key: Key, _ outputShape: [Int], _ images: UnsafePointer<Float>,
    _ weight: UnsafePointer<Float>, _ bias: UnsafePointer<Float>?, _ output: UnsafePointer<Float>
  ) {
    if outputShape[0] == 0 { return }
    caches[Lanes.current % caches.count].primitives.withLock { cache in
      let primitive = cache.primitive(key, outputShape: outputShape)
      let scratchpad = GuardedScratchpad(bytes: conednn_convolution_scratchpad_size(primitive))
      let failure = conednn_convolution_execute(
        primitive, .init(mutating: images), .init(mutating: weight), .init(mutating: bias),
        .init(mutating: output), scratchpad.pointer)
      if let failure { fatalError(String(cString: failure)) }
      if !scratchpad.isIntact { fatalError("oneDNN wrote past its working memory in \(key)") }
    }
  }

  /// By lane.
  private static let caches = (0..<64).map { _ in LaneCache() }
}

private final class LaneCache: Sendable {
  let primitives = Mutex(PrimitiveCache())
}

/// Compiled convolutions by shape. The lock around it also serialises their execution, since a
/// compiled convolution keeps the addresses of its operands, and reordered weights; lanes have one
/// each and do not wait for another.
private struct PrimitiveCache: ~Copyable {
  /// Certification in chunks meets many batch sizes; beyond this many the cache starts anew.
  private static let limit = 1024
  nonisolated(unsafe) private var primitives: [ConvolutionKernel.Key: OpaquePointer] = [:]

  mutating func primitive(_ key: ConvolutionKernel.Key, outputShape: [Int]) -> OpaquePointer {
    if let known = primitives[key] { return known }
    if primitives.count >= Self.limit {
      primitives.values.forEach(conednn_convolution_destroy)
      primitives.removeAll()
    }
    var shape = key.shape(outputShape)
    var made: OpaquePointer?
    let failure = conednn_convolution_create(
      conednn_direction(rawValue: key.direction), &shape, key.hasBias ? 1 : 0, &made)
    guard let made else { fatalError(String(cString: failure!)) }
    primitives[key] = made
    return made
  }
}

extension ConvolutionKernel.Key {
  fileprivate func shape(_ output: [Int]) -> conednn_convolution_shape {
    var shape = conednn_convolution_shape()
    shape.batch = Int64(images[0])
    (shape.in_height, shape.in_width) = (Int64(images[1]), Int64(images[2]))
    (shape.in_channels, shape.out_channels) = (Int64(weight[1]), Int64(weight[0]))
    (shape.out_height, shape.out_width) = (Int64(output[1]), Int64(output[2]))
    (shape.kernel_height, shape.kernel_width) = (Int64(weight[2]), Int64(weight[3]))
    (shape.stride_height, shape.stride_width) = (Int64(geometry.stride), Int64(geometry.stride))
    (shape.pad_top, shape.pad_left) = (Int64(geometry.padding), Int64(geometry.padding))
    (shape.pad_bottom, shape.pad_right) = (shape.pad_top, shape.pad_left)
    return shape
  }
}
