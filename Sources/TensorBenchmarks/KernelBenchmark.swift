import Tensors

/// One kernel on one size, to be timed as training uses it: on each thread at once (`Lanes`).
///
/// A kernel's time is compared with what limits it: multiply-adds with the machine's matrix
/// product, or bytes with its rate of copying (`MachineRates`). That says how much a faster
/// kernel could gain, whatever the machine.
///
/// It is public for the package Benchmarks beside this one, and no part of the library Crownwork.
public struct KernelBenchmark: Sendable {
  /// The kernel with its layer or size, as tables print it.
  public let name: String
  /// The floating-point operations of one run on one thread, a multiply-add as two; 0 where memory
  /// is the limit.
  public let flops: Double
  /// The bytes that have to be read and written in one run, on one thread.
  public let bytes: Double
  /// Runs the kernel once, on the calling thread.
  public let run: @Sendable () -> Void

  /// Returns the seconds that the kernel takes while all threads run it at once.
  ///
  /// It is the median of some measurements after a first run that is not counted; each measures ten
  /// runs on every thread.
  ///
  /// - Parameter runs: The number of measurements.
  public func seconds(runs: Int = 7) -> Double {
    run()
    return median(
      (0..<runs).map { _ in
        TensorBenchmarks.seconds {
          _ = Lanes.map(Threads.count) { _ in for _ in 0..<10 { run() } }
        } / 10
      })
  }

  /// The kernels of a step of dm-small and dm-large, with 64 and 8 examples on each thread.
  public static var all: [KernelBenchmark] {
    convolutions("dm-small 1", [64, 28, 28, 1], [16, 1, 4, 4], ConvolutionGeometry(stride: 2))
      + convolutions("dm-small 2", [64, 13, 13, 16], [32, 16, 4, 4], ConvolutionGeometry())
      + convolutions(
        "dm-large 2", [8, 28, 28, 64], [64, 64, 3, 3], ConvolutionGeometry(padding: 1))
      + matrices + intervals + forms
  }

  private static let host = Host()

  /// A convolution's three passes: outputs, gradients by the images, gradients by the weights.
  ///
  /// - Parameters:
  ///   - images: The shape [batch, height, width, channels].
  ///   - weight: The shape [outputs, inputs, height, width].
  private static func convolutions(
    _ layer: String, _ images: [Int], _ weight: [Int], _ geometry: ConvolutionGeometry
  ) -> [KernelBenchmark] {
    let (kernels, x, w) = (host.convolutions, filled(images), filled(weight))
    let y = filled(geometry.outputShape(images, weight: weight))
    let flops = 2.0 * Double(y.count * w.count / weight[0])
    func kernel(_ pass: String, _ run: @escaping @Sendable () -> Void) -> KernelBenchmark {
      KernelBenchmark(
        name: "convolution \(layer), \(pass)", flops: flops,
        bytes: Double(4 * (x.count + y.count + w.count)), run: run)
    }
    return [
      kernel("forward") { _ = kernels.forward(x, w, bias: nil, geometry) },
      kernel("data") { _ = kernels.transposed(y, w, imageShape: images, geometry) },
      kernel("weights") {
        _ = kernels.weightGradient(x, y, weightShape: weight, geometry, withBias: false)
      },
    ]
  }

  /// A product of a dense layer.
  private static var matrices: [KernelBenchmark] {
    let (kernels, x, w) = (host.matrices, filled([64, 3200]), filled([100, 3200]))
    return [
      KernelBenchmark(
        name: "matrix product 64×3200·3200×100", flops: 2 * 64 * 3200 * 100,
        bytes: Double(4 * (x.count + w.count + 6400))
      ) { _ = kernels.product(x, w, transposeB: true) }
    ]
  }

  /// The interval steps of a ReLU, whose limit is memory.
  private static var intervals: [KernelBenchmark] {
    let (kernels, c, r) = (
      host.elementwise, filled([64, 3200]), host.filled([64, 3200], with: 0.2)
    )
    let size = Double(4 * c.count)
    return [
      memory("interval ReLU", 4 * size) { _ = kernels.intervalReLU(c, r) },
      memory("interval ReLU, gradient", 6 * size) {
        _ = kernels.intervalReLUGradient(c, r, centerGradient: c, radiusGradient: r)
      },
    ]
  }

  /// The backward steps of nine margins through a ReLU, whose limit is memory.
  private static var forms: [KernelBenchmark] {
    let (relaxations, forms, form) = (host.relaxations, host.forms, filled([32, 9, 3200]))
    let (c, r) = (filled([32, 3200]), host.filled([32, 3200], with: 0.2))
    let rows = host.filled([32, 9], with: 1)
    let (large, small) = (Double(4 * form.count), Double(4 * c.count))
    return [
      memory("ReLU in 9 forms", 2 * large + 2 * small) {
        _ = relaxations.relaxReLU(form, c, r, .adaptive)
      },
      memory("ReLU in 9 forms, gradient", 3 * large + 4 * small) {
        _ = relaxations.relaxReLUGradient(
          form, c, r, .adaptive, formGradient: form, constantGradient: rows)
      },
      memory("concretisation of 9 forms", large + 2 * small) {
        _ = forms.lowerBounds(form, center: c, radius: r)
      },
    ]
  }

  /// A kernel whose limit is memory.
  private static func memory(
    _ name: String, _ bytes: Double, _ run: @escaping @Sendable () -> Void
  ) -> KernelBenchmark { KernelBenchmark(name: name, flops: 0, bytes: bytes, run: run) }

  /// Numbers between −½ and ½ that are not all alike.
  private static func filled(_ shape: [Int]) -> DeviceArray {
    var array = host.empty(shape)
    array.modify { scalars in
      for i in scalars.indices { scalars[i] = Float(i * 7919 % 1000) / 1000 - 0.5 }
    }
    return array
  }
}
