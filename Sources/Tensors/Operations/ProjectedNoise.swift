// Noise terms of affine forms seen through random projections (Wong et al. 2018, section 3.2): the
// columns of a matrix G·R stand for the many columns of G.

/// slope · columns + offset · noise, scalar by scalar: how columns pass two parallel lines around
/// an activation, whose distance is a noise term of its own.
///
/// - Parameters:
///   - columns: [batch, k, n].
///   - slope, offset: [batch, n].
///   - noise: [k, n], a constant.
public func scaledNoise(
  _ columns: Tensor, slope: Tensor, offset: Tensor, noise: Tensor
) -> Tensor {
  let kernel = ProjectedNoiseKernel(columns)
  let output = kernel.scaled(columns, slope, offset, noise)
  return recorded(output, from: [columns, slope, offset]) { gradient in
    let d = kernel.scaledBackward(columns, slope, noise, gradient)
    return [d.columns, d.slope, d.offset]
  }
}

/// The medians over the columns of |columns|: [batch, k, n] → [batch, n], between the middle two
/// where k is even.
///
/// Where the columns are those of G·R, R of standard Cauchy numbers, it estimates Σ_j |G_ij| (Li et
/// al. 2007).
public func medianMagnitudes(_ columns: Tensor) -> Tensor {
  let kernel = ProjectedNoiseKernel(columns)
  let output = kernel.medians(columns)
  return recorded(output.values, from: [columns]) {
    [kernel.mediansBackward(columns, output.middles, $0)]
  }
}

/// The roots of the mean squares over the columns: [batch, k, n] → [batch, n].
///
/// Where the columns are those of G·R, R of standard normal numbers, it estimates the Euclidean
/// norms of G's rows.
public func rootMeanSquares(_ columns: Tensor) -> Tensor {
  let kernel = ProjectedNoiseKernel(columns)
  let output = kernel.roots(columns)
  return recorded(output, from: [columns]) { [kernel.rootsBackward(columns, output, $0)] }
}
