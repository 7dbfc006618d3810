/// How far pre-activation intervals are from healthy (Shi et al. 2021, section 3.3), a scalar: they
/// should not grow beyond the input's, and active and inactive neurons should balance in mean and
/// spread.
///
/// - Parameters:
///   - center: Of the intervals, any shape; `radius` likewise.
///   - inputRadius: The mean radius of the input's intervals, which is a constant.
///   - tolerance: Ratios above it cost nothing.
public func boundHealth(
  center: Tensor, radius: Tensor, inputRadius: Float, tolerance: Float
) -> Tensor {
  let kernel = BoundHealthKernel(
    center, radius, tolerance: Double(tolerance), inputRadius: Double(inputRadius))
  return recorded(
    Tensor(shape: [], repeating: Float(kernel.value)), from: [center, radius]
  ) { gradient in
    let gradients = kernel.gradients(center, radius, times: gradient.scalar)
    return [gradients.center, gradients.radius]
  }
}
