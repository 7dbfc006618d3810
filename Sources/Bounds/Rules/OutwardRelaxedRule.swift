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
