import CKernels
import Relaxations

/// Loops that round outwards (``OutwardKernels``).
struct HostOutward: OutwardKernels {
  func box(
    around x: DeviceArray, epsilon: Float, domain: ClosedRange<Float>
  ) -> (center: DeviceArray, radius: DeviceArray) {
    BoxKernel.around(x, epsilon: epsilon, domain: domain) {
      ck_outward_box($0, $1, $2, $3, $4, $5, $6)
    }
  }

  func interval(
    lower: DeviceArray, upper: DeviceArray
  ) -> (center: DeviceArray, radius: DeviceArray) {
    OutwardBoxKernel.pairs(lower, upper) { ck_outward_interval($0, $1, $2, $3, $4) }
  }

  func ends(center: DeviceArray, radius: DeviceArray) -> (lower: DeviceArray, upper: DeviceArray) {
    OutwardBoxKernel.pairs(center, radius) { ck_outward_ends($0, $1, $2, $3, $4) }
  }

  func radius(
    center: DeviceArray, radius: DeviceArray, byRadius: Float, byCenter: Float
  ) -> DeviceArray {
    OutwardBoxKernel.radius(center, radius, byRadius: byRadius, byCenter: byCenter)
  }

  func sum(
    center: DeviceArray, radius: DeviceArray, factor: Float, offset: DeviceArray?, byOffset: Float
  ) -> DeviceArray {
    OutwardBoxKernel.sum(center, radius, factor: factor, offset: offset, byOffset: byOffset)
  }

  func intervalReLU(
    _ center: DeviceArray, _ radius: DeviceArray
  ) -> (center: DeviceArray, radius: DeviceArray) {
    OutwardBoxKernel.pairs(center, radius) { ck_outward_relu($0, $1, $2, $3, $4) }
  }

  func interval(
    _ function: ActivationFunction, _ center: DeviceArray, _ radius: DeviceArray,
    deployed: Bool
  ) -> (center: DeviceArray, radius: DeviceArray) {
    OutwardActivationKernel.interval([function.scalar], center, radius, deployed: deployed)
  }

  func interval(
    slopes: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray, deployed: Bool
  ) -> (center: DeviceArray, radius: DeviceArray) {
    let functions = slopes.scalars.map { ActivationFunction.bentLine(slope: Double($0)) }
    return OutwardActivationKernel.interval(functions, center, radius, deployed: deployed)
  }
}

// MARK: Linear forms

extension HostOutward {
  func sum(_ a: DeviceArray, _ b: DeviceArray, less: DeviceArray?) -> DeviceArray {
    OutwardFormKernel.sum(a, b, less: less)
  }

  func lowerBounds(_ form: DeviceArray, center: DeviceArray, radius: DeviceArray) -> DeviceArray {
    OutwardFormKernel.lowerBounds(form, center: center, radius: radius)
  }

  func lowerBounds(_ form: DeviceArray, offset: DeviceArray, noise: DeviceArray) -> DeviceArray {
    OutwardFormKernel.lowerBounds(form, offset: offset, noise: noise)
  }

  func lowerBounds(_ form: DeviceArray, epsilon: Float, dual: DualNorm) -> DeviceArray {
    OutwardFormKernel.lowerBounds(form, epsilon: epsilon, dual: dual)
  }

  func relaxReLU(
    _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray, _ slope: ReLUSlope
  ) -> (form: DeviceArray, constant: DeviceArray) {
    OutwardFormKernel.relaxReLU(form, center, radius, slope)
  }

  func relaxReLU(
    _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray, alpha: DeviceArray
  ) -> (form: DeviceArray, constant: DeviceArray) {
    OutwardFormKernel.relaxReLU(form, center, radius, .zero, alpha: alpha)
  }

  func lines(
    _ function: ActivationFunction, _ center: DeviceArray, _ radius: DeviceArray,
    _ slope: ReLUSlope, deployed: Bool
  ) -> LineArrays {
    OutwardActivationKernel.lines([function.scalar], center, radius, slope, deployed: deployed)
  }

  func lines(
    slopes: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray, _ slope: ReLUSlope,
    deployed: Bool
  ) -> LineArrays {
    let functions = slopes.scalars.map { ActivationFunction.bentLine(slope: Double($0)) }
    return OutwardActivationKernel.lines(functions, center, radius, slope, deployed: deployed)
  }

  func relax(
    _ form: DeviceArray, _ lines: LineArrays
  ) -> (form: DeviceArray, constant: DeviceArray) { OutwardFormKernel.relax(form, lines) }

  func relax(
    _ function: ActivationFunction, _ form: DeviceArray, _ center: DeviceArray,
    _ radius: DeviceArray, alpha: DeviceArray, deployed: Bool
  ) -> (form: DeviceArray, constant: DeviceArray) {
    OutwardActivationKernel.relax(
      [function.scalar], form, center, radius, alpha, deployed: deployed)
  }

  func relax(
    slopes: DeviceArray, _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray,
    alpha: DeviceArray, deployed: Bool
  ) -> (form: DeviceArray, constant: DeviceArray) {
    let functions = slopes.scalars.map { ActivationFunction.bentLine(slope: Double($0)) }
    return OutwardActivationKernel.relax(
      functions, form, center, radius, alpha, deployed: deployed)
  }

  func relaxMaxPool(
    _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray, image: [Int],
    _ window: PoolingWindow
  ) -> (form: DeviceArray, constant: DeviceArray) {
    OutwardMaxPoolKernel.forward(form, center, radius, image: image, window)
  }
}
