import CKernels
import Relaxations

/// Elementwise work on the host. Each case of ``Elementwise`` is a loop of its own: the switch lies
/// outside, so that no loop decides anything for each scalar.
struct HostElementwise: ElementwiseKernels {
  func map(_ function: Elementwise.Unary, _ x: DeviceArray) -> DeviceArray {
    switch function {
    case .absolute: ElementwiseKernel.unary(x, ck_absolute)
    case .relu: ElementwiseKernel.unary(x, ck_relu)
    case .times(let factor): ElementwiseKernel.map(x) { $0 * factor }
    case .sign: ElementwiseKernel.map(x) { $0 > 0 ? 1 : ($0 < 0 ? -1 : 0) }
    case .inverseSquareRoot(let offset): ElementwiseKernel.map(x) { 1 / ($0 + offset).squareRoot() }
    case .lowerEnd(let epsilon, let domain): lowerEnds(x, epsilon, domain)
    case .upperEnd(let epsilon, let domain): upperEnds(x, epsilon, domain)
    case .activation(let function): ActivationKernel.forward(function.scalar, x)
    }
  }

  func zip(_ function: Elementwise.Binary, _ x: DeviceArray, _ y: DeviceArray) -> DeviceArray {
    switch function {
    case .sum: ElementwiseKernel.zip(x, y) { $0 + $1 }
    case .difference: ElementwiseKernel.zip(x, y) { $0 - $1 }
    case .product: ElementwiseKernel.zip(x, y) { $0 * $1 }
    case .larger: ElementwiseKernel.zip(x, y) { $0 > $1 || $0.isNaN ? $0 : $1 }
    case .raised: ElementwiseKernel.zip(x, y) { $0 >= $1 ? $0 : $1 }
    case .lowered: ElementwiseKernel.zip(x, y) { $0 <= $1 ? $0 : $1 }
    case .drawn(let epsilon): ElementwiseKernel.zip(x, y) { drawn($0, to: $1, within: epsilon) }
    case .geometricMean(let weight):
      ElementwiseKernel.zip(x, y) { GeometricMeans.mean($0, $1, weight: weight) }
    case .geometricMeanGradient(let share):
      ElementwiseKernel.zip(x, y) { GeometricMeans.derivative($0, by: $1, share: share) }
    case .absoluteGradient: ElementwiseKernel.binary(x, y, ck_absolute_gradient)
    case .reluGradient: ElementwiseKernel.binary(x, y, ck_relu_gradient)
    case .inverseSquareRootGradient: ElementwiseKernel.zip(x, y) { -0.5 * $0 * $0 * $0 * $1 }
    case .activationGradient(let function): ActivationKernel.backward(function.scalar, x, y)
    }
  }

  /// Returns the lower ends of boxes around x within a domain, NaN where the box and the domain do
  /// not meet.
  private func lowerEnds(
    _ x: DeviceArray, _ epsilon: Float, _ domain: ClosedRange<Float>
  ) -> DeviceArray {
    let (low, high) = (domain.lowerBound, domain.upperBound)
    return ElementwiseKernel.map(x) { x in
      x - epsilon <= high && x + epsilon >= low ? max(x - epsilon, low) : .nan
    }
  }

  /// Returns the upper ends of the same boxes, NaN in the same places, so that no box has one end
  /// only.
  private func upperEnds(
    _ x: DeviceArray, _ epsilon: Float, _ domain: ClosedRange<Float>
  ) -> DeviceArray {
    let (low, high) = (domain.lowerBound, domain.upperBound)
    return ElementwiseKernel.map(x) { x in
      x - epsilon <= high && x + epsilon >= low ? min(x + epsilon, high) : .nan
    }
  }

  /// Returns a value moved towards a centre until it is at most ε away, in up to four steps of a
  /// unit in the last place.
  ///
  /// - Returns: The value itself where it is NaN, since a comparison with NaN is false.
  private func drawn(_ value: Float, to center: Float, within epsilon: Float) -> Float {
    var value = value
    // The difference of two Floats of similar size is exact in Double, so this compares what an
    // exact judge would.
    for _ in 0..<4 where (Double(value) - Double(center)).magnitude > Double(epsilon) {
      value = value > center ? value.nextDown : value.nextUp
    }
    return value
  }
}

// MARK: Sums and loops in place

extension HostElementwise {
  func accumulate(_ x: DeviceArray, to sum: inout DeviceArray) {
    ElementwiseKernel.accumulate(x, to: &sum)
  }

  func accumulate(_ x: DeviceArray, signedBy signs: DeviceArray, to sum: inout DeviceArray) {
    ElementwiseKernel.accumulate(x, signedBy: signs, to: &sum)
  }

  func clampToUnitInterval(_ x: inout DeviceArray) { ElementwiseKernel.clampToUnitInterval(&x) }

  func sum(_ x: DeviceArray) -> Double { x.read { $0.reduce(0.0) { $0 + Double($1) } } }

  func sumOfSquares(_ x: DeviceArray) -> Double { ElementwiseKernel.sumOfSquares(x) }

  func adam(
    _ step: AdamStep, _ parameter: inout DeviceArray, first: inout DeviceArray,
    second: inout DeviceArray, gradient: DeviceArray
  ) { AdamKernel.update(step, &parameter, &first, &second, gradient) }
}

// MARK: Boxes and intervals

extension HostElementwise {
  func boxAround(
    _ x: DeviceArray, epsilon: Float, domain: ClosedRange<Float>
  ) -> (center: DeviceArray, radius: DeviceArray) {
    BoxKernel.around(x, epsilon: epsilon, domain: domain) {
      ck_clipped_box($0, $1, $2, $3, $4, $5, $6)
    }
  }

  func boxStep(
    _ x: DeviceArray, along direction: DeviceArray, by length: Float, lower: DeviceArray,
    upper: DeviceArray
  ) -> DeviceArray {
    BoxKernel.step(x, along: direction, by: length, lower: lower, upper: upper)
  }

  func intervalReLU(
    _ center: DeviceArray, _ radius: DeviceArray
  ) -> (center: DeviceArray, radius: DeviceArray) { IntervalReLUKernel.forward(center, radius) }

  func intervalReLUGradient(
    _ center: DeviceArray, _ radius: DeviceArray, centerGradient: DeviceArray,
    radiusGradient: DeviceArray
  ) -> (center: DeviceArray, radius: DeviceArray) {
    IntervalReLUKernel.backward(
      center, radius, centerGradient: centerGradient, radiusGradient: radiusGradient)
  }

  func interval(
    _ function: ActivationFunction, _ center: DeviceArray, _ radius: DeviceArray
  ) -> (center: DeviceArray, radius: DeviceArray) {
    ActivationKernel.interval(function.scalar, center, radius)
  }

  func intervalGradient(
    _ function: ActivationFunction, _ center: DeviceArray, _ radius: DeviceArray,
    centerGradient: DeviceArray, radiusGradient: DeviceArray
  ) -> (center: DeviceArray, radius: DeviceArray) {
    ActivationKernel.intervalBackward(
      function.scalar, center, radius, centerGradient: centerGradient,
      radiusGradient: radiusGradient)
  }
}
