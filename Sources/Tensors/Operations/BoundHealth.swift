/// How far pre-activation intervals are from healthy (Shi et al. 2021, section 3.3), a scalar: they
/// should not grow beyond the input's, and active and inactive neurons should balance in mean and
/// spread.
///
/// - Parameters:
///   - center, radius: The intervals, both of one shape.
///   - inputRadius: The mean radius of the input's intervals, which is a constant.
///   - tolerance: Ratios above it cost nothing.
package func boundHealth(
  center: Tensor, radius: Tensor, inputRadius: Float, tolerance: Float
) -> Tensor {
  let kernels = center.device.losses
  let (c, r) = (center.array, radius.array)
  let (value, factors) = kernels.boundHealth(
    c, r, tolerance: Double(tolerance), inputRadius: Double(inputRadius))
  return recorded(center.device.scalar(Float(value)), from: [center, radius]) { gradient in
    let d = kernels.boundHealthGradient(c, r, factors: factors, times: gradient.scalar)
    return [d.center, d.radius]
  }
}
