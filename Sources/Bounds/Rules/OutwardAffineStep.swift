import Networks
import Tensors

/// The steps of an affine layer in outward arithmetic, from what it states of its roundings.
///
/// **Forwards** errors ride on the radius. With |h − c| ≤ r for exact values h and for a runtime's,
/// and c̃ the computed W·c + b, both W·h + b and what a runtime computes for it lie within R of c̃:
///
///     r' = r·(1 + g) + |c|·(γ + g),   R = |W|·r' + |b|·(γ + g)
///
/// γ is what our own sums may err by and g what a runtime's may, which is 0 for the exact network.
/// So the products are those of the interval step in real arithmetic.
///
/// **Backwards** a deployed layer is the exact one plus a box of noise, |d| ≤ g·V with V = |W||h| +
/// |b|, and the computed coefficients Λ·W cost γ(n')·|Λ|·V. Both are the least value of Λ over a box
/// around the offset, which is added to the form's constant. V takes one product for all rows.
extension AffineRule {
  /// Returns a region that holds the layer's output, as exact numbers and as a runtime computes it.
  func outwardRegion(_ regions: [Region], _ rounding: LayerRounding) -> Region {
    if regions.count == 1, case .ball(let ball) = regions[0], let image = image(of: ball) {
      return outwardImage(image, of: ball, rounding)
    }
    let boxes = regions.map(\.outwardBox)
    guard rounding.own > 0 else {
      return .box(
        Interval(
          center: forward(all: boxes.map(\.center)),
          radius: absoluteMap(boxes.map(\.radius), rounding)))
    }
    let (own, noise) = (rounding.own, rounding.noise)
    let radii = boxes.map {
      outwardRadius(
        center: $0.center, radius: $0.radius, byRadius: Float(roundedUp: 1 + noise),
        byCenter: Float(roundedUp: own + noise))
    }
    let center = forward(all: boxes.map(\.center))
    let radius = rounding.spread(
      absoluteMap(radii, rounding), around: center, by: 1, offset: own + noise)
    return .box(Interval(center: center, radius: rounding.flushing(boxes, radius)))
  }

  /// Returns the image of a ball, which it has in real arithmetic, with what rounding adds: a ball
  /// gets a slack beside it, a box a larger radius.
  private func outwardImage(
    _ image: Region, of ball: NormBall, _ rounding: LayerRounding
  ) -> Region {
    let (own, noise) = (rounding.own, rounding.noise)
    let around = ball.outwardBox
    let slack = outwardRadius(
      center: around.radius, radius: ball.slack ?? .zeros(ball.center.shape), byRadius: 1,
      byCenter: Float(roundedUp: noise))
    let terms = outwardRadius(
      center: ball.center, radius: slack, byRadius: Float(roundedUp: 1 + noise),
      byCenter: Float(roundedUp: own + noise))
    let errors = rounding.flushing(
      [around],
      rounding.spread(
        absoluteMap([terms], rounding), around: image.center, by: 1, offset: own + noise))
    // Norms and factors of a ball's channels are products of a few roundings.
    let factor = 1 + RoundingModel.gamma(16)
    switch image {
    case .ball(var image):
      image.slack = errors
      image.scale = outwardRadius(
        center: image.scale, radius: .zeros(image.scale.shape), byRadius: 0,
        byCenter: Float(roundedUp: factor))
      return .ball(image)
    case .box(let box):
      return .box(
        Interval(
          center: box.center,
          radius: outwardRadius(
            center: box.radius, radius: errors, byRadius: 1, byCenter: Float(roundedUp: factor))))
    }
  }

  /// Returns what a form over the layer's output loses to rounding, as a box around its offset with
  /// a number to subtract from each example's constants.
  ///
  /// - Parameters:
  ///   - inputs: At least the magnitudes of the layer's inputs, [batch, …shape].
  ///   - size: The scalars of its output.
  func errors(of inputs: [Tensor], size: Int, _ rounding: LayerRounding) -> LayerErrors {
    let zeros = Tensor.zeros([1, size])
    let offset = self.offset?.repeated(to: size) ?? zeros
    let underflow = LayerErrors.underflow(of: inputs, products: rounding.transposedProducts)
    let loss = rounding.transposed + rounding.noise
    guard loss > 0 else {
      return LayerErrors(
        offset: offset, noise: zeros, isExact: self.offset == nil, underflow: underflow)
    }
    let magnitudes = absoluteMap(inputs, rounding)
    let noise = rounding.flushing(
      inputs, rounding.spread(magnitudes, around: magnitudes, by: loss, offset: loss))
    return LayerErrors(
      offset: offset, noise: noise.flattenedRows, isNoisy: loss > 0x1p-22, underflow: underflow)
  }

  /// Σ |Lᵢ|xᵢ, by the absolute weights that were prepared if there are any.
  private func absoluteMap(_ inputs: [Tensor], _ rounding: LayerRounding) -> Tensor {
    rounding.absoluteMap?(inputs) ?? absoluteMap(inputs)
  }

  /// Pulls a form back by the transposed map, less what rounding costs.
  func outwardPullBack(
    _ form: LinearForm, through place: LayerPlace, _ errors: LayerErrors
  ) -> (coefficients: [Tensor], constant: Tensor) {
    guard !errors.isExact else {
      return (transposedMap(form.coefficients, through: place), form.constant)
    }
    let gain =
      errors.isNoisy
      ? outwardBounds(form.coefficients, offset: errors.offset, noise: errors.noise)
      : outwardBounds(form.coefficients, center: errors.offset, radius: errors.noise)
    let constant = outwardSum(form.constant, gain, less: errors.underflow)
    return (transposedMap(form.coefficients, through: place), constant)
  }
}

extension LayerRounding {
  /// Returns at least radius · factor + offset · byOffset, where the radius was computed by the
  /// layer's absolute map and may be too small by its rounding.
  fileprivate func spread(
    _ radius: Tensor, around center: Tensor, by factor: Double, offset byOffset: Double
  ) -> Tensor {
    outwardSum(
      center: center, radius: radius, factor: Float(roundedUp: factor * (1 + 4 * own)),
      offset: offset, byOffset: Float(roundedUp: byOffset))
  }

  /// Adds what a runtime loses that takes subnormal weights for 0.
  fileprivate func flushing(_ boxes: [Interval], _ radius: Tensor) -> Tensor {
    guard flushed > 0 else { return radius }
    return flushing(boxes.map(\.magnitude), radius)
  }

  fileprivate func flushing(_ magnitudes: [Tensor], _ radius: Tensor) -> Tensor {
    guard flushed > 0 else { return radius }
    let largest = magnitudes.map { $0.read { $0.reduce(0) { max($0, $1) } } }.max() ?? 0
    return outwardSum(
      center: radius, radius: radius, factor: 1,
      offset: Tensor(shape: [1], repeating: largest), byOffset: Float(roundedUp: flushed))
  }
}

extension Tensor {
  /// Returns numbers of channels repeated along the scalars of an output, [1, size].
  fileprivate func repeated(to size: Int) -> Tensor {
    count == size
      ? reshaped([1, size]) : reshaped([1, count]).repeated(size / count).reshaped([1, size])
  }
}
