import Networks
import Tensors

/// A relaxed layer whose box and lines also hold in spite of rounding.
///
/// A layer that conforms to ``RelaxedRule`` alone can be trained with and bounded in real
/// arithmetic. Certificates need this as well.
public protocol OutwardRelaxedRule: RelaxedRule {
  /// A box that holds the layer's output for inputs in a box.
  ///
  /// - Parameter deployed: Whether it has to hold whatever a runtime computes for the layer, too.
  func outwardBox(of input: Interval, deployed: Bool) -> Interval

  /// Replaces each scalar of the output in a form by lines that hold.
  ///
  /// What underflow of the new coefficients can cost is subtracted by the caller: 2⁻¹²⁵ of the
  /// magnitude of each input.
  ///
  /// - Parameters as of ``RelaxedRule/relaxed(_:over:through:)``.
  /// - Returns: The coefficients over the input, [batch, S, n'], and at most what the constant
  ///   gains, [batch, S].
  func outwardRelaxed(
    _ coefficients: Tensor, over input: Interval, through place: LayerPlace, deployed: Bool
  ) -> (form: Tensor, constant: Tensor)
}

extension OutwardRelaxedRule {
  /// Pulls a form back by lines, less what rounding costs.
  func outwardPullBack(
    _ form: LinearForm, through place: LayerPlace, _ errors: LayerErrors, deployed: Bool
  ) -> (coefficients: [Tensor], constant: Tensor) {
    guard let preactivation = place.preactivation else {
      preconditionFailure("\(Self.kind) needs the interval of its input")
    }
    let relaxed = outwardRelaxed(
      form.coefficients, over: preactivation, through: place, deployed: deployed)
    return (
      [relaxed.form], outwardSum(form.constant, relaxed.constant, less: errors.underflow)
    )
  }
}

extension ReLU: OutwardRelaxedRule {
  package func outwardBox(of input: Interval, deployed: Bool) -> Interval {
    let output = outwardReLU(center: input.center, radius: input.radius)
    return Interval(center: output.center, radius: output.radius)
  }

  package func outwardRelaxed(
    _ coefficients: Tensor, over input: Interval, through place: LayerPlace, deployed: Bool
  ) -> (form: Tensor, constant: Tensor) {
    let (center, radius) = (input.center.flattenedRows, input.radius.flattenedRows)
    guard let alpha = place.alpha else {
      return outwardReLUForm(coefficients, center: center, radius: radius, slope: place.slope)
    }
    return outwardReLUForm(coefficients, center: center, radius: radius, alpha: alpha)
  }
}

extension MaxPool: OutwardRelaxedRule {
  package func outwardBox(of input: Interval, deployed: Bool) -> Interval {
    let ends = outwardEnds(center: input.center, radius: input.radius)
    return .outward(lower: maxPool(ends.lower, window), upper: maxPool(ends.upper, window))
  }

  package func outwardRelaxed(
    _ coefficients: Tensor, over input: Interval, through place: LayerPlace, deployed: Bool
  ) -> (form: Tensor, constant: Tensor) {
    outwardMaxPoolForm(
      coefficients, center: input.center.flattenedRows, radius: input.radius.flattenedRows,
      image: place.inputShape, window)
  }
}

extension Activation: OutwardRelaxedRule {
  package func outwardBox(of input: Interval, deployed: Bool) -> Interval {
    let output = outwardActivation(
      function, center: input.center, radius: input.radius, deployed: deployed)
    return Interval(center: output.center, radius: output.radius)
  }

  package func outwardRelaxed(
    _ coefficients: Tensor, over input: Interval, through place: LayerPlace, deployed: Bool
  ) -> (form: Tensor, constant: Tensor) {
    let (center, radius) = (input.center.flattenedRows, input.radius.flattenedRows)
    guard let alpha = place.alpha else {
      return outwardForm(
        coefficients, function, center: center, radius: radius, slope: place.slope,
        deployed: deployed)
    }
    guard case .leakyReLU(let slope) = function else {
      return outwardForm(
        coefficients, function, center: center, radius: radius, alpha: alpha, deployed: deployed)
    }
    return outwardBentForm(
      coefficients, alpha: alpha, center: center, radius: radius, slope: slope, deployed: deployed)
  }

  /// Relaxes leaky ReLU as slope·h + (1 − slope)·max(h, 0), of which alpha chooses the lower lines.
  private func outwardBentForm(
    _ coefficients: Tensor, alpha: Tensor, center: Tensor, radius: Tensor, slope: Float,
    deployed: Bool
  ) -> (form: Tensor, constant: Tensor) {
    let bend = outwardReLUForm(coefficients, center: center, radius: radius, alpha: alpha)
    let straight = coefficients.repeatedBatch(center.shape[0])
    let form = straight * slope + bend.form * (1 - slope)
    // Both parts are of the coefficient's size at most, and a part passes four roundings; a runtime
    // rounds one product.
    let allowance = RoundingModel.gamma(5) + (deployed ? Double(slope) * 0x1.01p-24 : 0)
    let loss = outwardBounds(
      straight, center: .zeros(center.shape),
      radius: outwardRadius(
        center: center, radius: radius, byRadius: Float(roundedUp: allowance),
        byCenter: Float(roundedUp: allowance)))
    // The constant is not positive, and 1 − slope errs by a rounding.
    let constant = bend.constant * (1 - slope).nextUp
    return (form, outwardSum(outwardSum(constant, constant * 0x1p-22), loss))
  }
}

extension PReLU: OutwardRelaxedRule {
  package func outwardBox(of input: Interval, deployed: Bool) -> Interval {
    let output = outwardBentLine(
      slopes: slopes(channels: input.center.shape.last!), center: input.center,
      radius: input.radius, deployed: deployed)
    return Interval(center: output.center, radius: output.radius)
  }

  package func outwardRelaxed(
    _ coefficients: Tensor, over input: Interval, through place: LayerPlace, deployed: Bool
  ) -> (form: Tensor, constant: Tensor) {
    let slopes = slopes(channels: place.inputShape.last!)
    let (center, radius) = (input.center.flattenedRows, input.radius.flattenedRows)
    guard let alpha = place.alpha else {
      return outwardForm(
        coefficients, slopes: slopes, center: center, radius: radius, slope: place.slope,
        deployed: deployed)
    }
    // Alpha is a slope of the mirrored bend, 0 where the hull's side has its last slope.
    let position = Tensor(shape: alpha.shape, repeating: 1) - alpha
    return outwardForm(
      coefficients, slopes: slopes, center: center, radius: radius, alpha: position,
      deployed: deployed)
  }
}

/// Softmax is bounded in Double, rounded outwards, in real arithmetic already. A runtime sums n
/// exponentials that are off by a few last bits each.
extension SoftmaxRule {
  package func outwardBox(of input: Interval, deployed: Bool) -> Interval {
    let box = box(of: input)
    let tolerance = deployed ? tolerance(of: box) : 0
    return Interval(
      center: box.center,
      radius: outwardSum(
        center: box.center, radius: box.radius, factor: 1,
        offset: Tensor(shape: [1], repeating: tolerance), byOffset: 1))
  }

  package func outwardRelaxed(
    _ coefficients: Tensor, over input: Interval, through place: LayerPlace, deployed: Bool
  ) -> (form: Tensor, constant: Tensor) {
    let relaxed = relaxed(coefficients, over: input, through: place)
    guard deployed else { return relaxed }
    let tolerance = Tensor(
      shape: [1, input.center.shape[1]], repeating: tolerance(of: box(of: input)))
    let loss = outwardBounds(
      coefficients, center: .zeros(tolerance.shape), radius: tolerance)
    return (relaxed.form, outwardSum(relaxed.constant, loss))
  }

  /// How far a runtime may be from the exact result: a probability is at most 1, and errs by the
  /// relative errors of n exponentials, their sum and a quotient; its logarithm errs by as much, and
  /// by the rounding of its size.
  private func tolerance(of box: Interval) -> Float {
    let count = box.center.shape.last ?? 1
    let relative = Double(count + 32) * 0x1p-23
    guard Self.scale == .logarithm else { return Float(roundedUp: relative) }
    let magnitude = box.magnitude.read { $0.reduce(0) { max($0, $1) } }
    return Float(roundedUp: relative + Double(magnitude) * 0x1p-21)
  }
}

extension Softmax: OutwardRelaxedRule {}
extension LogSoftmax: OutwardRelaxedRule {}
