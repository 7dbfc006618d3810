// Noise terms of affine forms seen through random projections (Wong et al. 2018, section 3.2): the
// columns of a matrix G·R stand for the many columns of G.

/// Returns slope · columns + offset · noise, scalar by scalar: how columns pass two parallel lines
/// around an activation, whose distance is a noise term too.
///
/// - Parameters:
///   - columns: The projected noise terms in front of the activation, [batch, k, n].
///   - slope: The slope of both lines, [batch, n].
///   - offset: Half the distance of the lines, [batch, n].
///   - noise: Fresh random numbers, [k, n], which all examples share; a constant.
package func scaledNoise(
  _ columns: Tensor, slope: Tensor, offset: Tensor, noise: Tensor
) -> Tensor {
  let (kernels, x, s) = (columns.device.forms, columns.array, slope.array)
  let r = noise.constant(in: "scaledNoise(noise:)")
  let output = kernels.scaledNoise(x, slope: s, offset: offset.array, noise: r)
  return recorded(output, from: [columns, slope, offset]) { gradient in
    let d = kernels.scaledNoiseGradient(x, slope: s, noise: r, gradient)
    return [d.columns, d.slope, d.offset]
  }
}

/// Returns the medians over the columns of |columns|: [batch, k, n] → [batch, n], between the
/// middle two where k is even.
///
/// Where the columns are those of G·R, R of standard Cauchy numbers, it estimates Σ_j |G_ij| (Li et
/// al. 2007): the radius that noise terms of magnitude up to 1 give a scalar. It is an estimate and
/// no bound.
package func medianMagnitudes(_ columns: Tensor) -> Tensor {
  let (kernels, x) = (columns.device.forms, columns.array)
  let output = kernels.medianMagnitudes(x)
  return recorded(output.values, from: [columns]) {
    [kernels.medianMagnitudesGradient(x, middles: output.middles, $0)]
  }
}

/// Returns the roots of the mean squares over the columns: [batch, k, n] → [batch, n].
///
/// Where the columns are those of G·R, R of standard normal numbers, it estimates the Euclidean
/// norms of G's rows: the radius that noise terms of Euclidean norm up to 1 give a scalar.
package func rootMeanSquares(_ columns: Tensor) -> Tensor {
  let (kernels, x) = (columns.device.forms, columns.array)
  let roots = kernels.rootMeanSquares(x)
  return recorded(roots, from: [columns]) {
    [kernels.rootMeanSquaresGradient(x, roots: roots, $0)]
  }
}
