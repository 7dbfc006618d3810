/// Returns how far pre-activation intervals of one layer are from healthy (Shi et al. 2021, section
/// 3.3), as a scalar: training adds it to the loss during the ramp.
///
/// Two terms make it up. Intervals should not be wider in the mean than the input's are, since
/// widths that grow from layer to layer make interval bounds useless. And the neurons that are
/// always active and those that are always inactive should balance in mean and spread, since
/// otherwise one kind takes over.
///
/// - Parameters:
///   - center: The centres of the intervals, of any shape.
///   - radius: Their radii, of the same shape.
///   - inputRadius: The mean radius of the input's intervals, which is a constant.
///   - tolerance: The ratio above which a term is 0.
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
