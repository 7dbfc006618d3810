import COneDNN
import Synchronization

/// Convolutions by oneDNN, compiled once for each shape and direction. Convolutions of few channels
/// go to ``ThinConvolutionKernel`` instead.
///
/// oneDNN generates machine code for a shape before it can run it. Compiled convolutions are
/// therefore kept, in a cache for each lane.
enum ConvolutionKernel {
  /// What a compiled convolution is found by.
  struct Key: Hashable {
    /// oneDNN's number for forward, gradient of the images, or gradient of the weight.
    var direction: UInt32
    /// [N, H, W, C].
    var images: [Int]
    /// [O, C, kh, kw].
    var weight: [Int]
    /// Stride and padding.
    var geometry: ConvolutionGeometry
    /// Whether a bias, or its gradient, is an operand.
    var hasBias: Bool
    /// The threads that it may use: a convolution is compiled for a number of threads, which is 1
    /// in a lane.
    var threads = Threads.count
  }

  /// Returns [N, H, W, C] ∗ [O, C, kh, kw] (+ bias [O]) → [N, H', W', O].
  static func forward(
    _ images: DeviceArray, _ weight: DeviceArray, bias: DeviceArray?,
    _ geometry: ConvolutionGeometry
  ) -> DeviceArray {
    let out = geometry.outputShape(images.shape, weight: weight.shape)
    if let thin = ThinConvolutionKernel(images: images.shape, weight: weight.shape, geometry) {
      return thin.forward(images, weight, bias: bias)
    }
    let output = result(out)
    let key = Key(
      direction: CONEDNN_FORWARD.rawValue, images: images.shape, weight: weight.shape,
      geometry: geometry, hasBias: bias != nil)
    run(key, out, images.pointer, weight.pointer, bias?.pointer, UnsafePointer(output.pointer))
    keepAlive(images, weight, bias)
    return output.array
  }

  /// Applies the transpose of ``forward(_:_:bias:_:)`` in its images: [N, H', W', O] → [N, H, W,
  /// C].
  static func backwardData(
    _ output: DeviceArray, _ weight: DeviceArray, imageShape: [Int], _ geometry: ConvolutionGeometry
  ) -> DeviceArray {
    if let thin = ThinConvolutionKernel(images: imageShape, weight: weight.shape, geometry) {
      return thin.backwardData(output, weight)
    }
    let images = result(imageShape)
    let key = Key(
      direction: CONEDNN_BACKWARD_DATA.rawValue, images: imageShape, weight: weight.shape,
      geometry: geometry, hasBias: false)
    run(key, output.shape, UnsafePointer(images.pointer), weight.pointer, nil, output.pointer)
    keepAlive(output, weight)
    return images.array
  }

  /// Returns the gradients of the weight and, if wanted, of the bias.
  ///
  /// The pixels that a strided 1×1 kernel sees are taken out first: oneDNN's AVX2 convolution does
  /// so itself, but writes those of fewer than eight channels past the end of its working memory
  /// (2.6.3; `jit_avx2_1x1_convolution.cpp`, where its steps are blocks of eight).
  static func backwardWeights(
    _ images: DeviceArray, _ output: DeviceArray, weightShape: [Int],
    _ geometry: ConvolutionGeometry,
    withBias: Bool
  ) -> (weight: DeviceArray, bias: DeviceArray?) {
    if images.shape[0] == 0 {
      return (Host.zeros(weightShape), withBias ? Host.zeros([weightShape[0]]) : nil)
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
    return (weight.array, bias?.array)
  }

  /// Runs the compiled convolution of a key. Which of the pointers it reads and which it writes
  /// depends on the direction, hence the casts. It ends the process where oneDNN fails or has
  /// written past its working memory.
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

  /// Compiled convolutions by lane; lanes beyond their number share them.
  private static let caches = (0..<64).map { _ in LaneCache() }
}

/// The compiled convolutions of one lane, behind a lock.
private final class LaneCache: Sendable {
  /// The cache and its lock.
  let primitives = Mutex(PrimitiveCache())
}

/// Compiled convolutions by shape.
///
/// The lock around it also serialises their execution, since a compiled convolution keeps the
/// addresses of its operands, and reordered weights; lanes have one each and do not wait for
/// another.
private struct PrimitiveCache: ~Copyable {
  /// Certification in chunks meets many batch sizes; beyond this many the cache starts anew.
  private static let limit = 1024
  /// Handles of the C shim, destroyed when the cache starts anew. The lock is what makes their use
  /// safe.
  nonisolated(unsafe) private var primitives: [ConvolutionKernel.Key: OpaquePointer] = [:]

  /// Returns the compiled convolution of a key, compiling it the first time.
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
  /// The extents as the C shim takes them, the same stride and padding on both axes.
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
