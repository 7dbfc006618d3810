import Networks
import Relaxations
import Tensors

/// A layer of one input that lines bound: it gives its box, its lines and the parameters that
/// choose among them.
public protocol RelaxedRule: BoundedLayer {
  /// The smallest box that is known to hold the layer's output for inputs in a box.
  func box(of input: Interval) -> Interval

  /// A form Λ over the output, [batch or 1, S, n], with each scalar of the output replaced by its
  /// lower line where Λ is positive and by its upper line where it is negative: the coefficients over
  /// the input, and what the lines' intercepts add to the constant, [batch, S].
  ///
  /// - Parameter place: It holds the interval of the input.
  func relaxed(
    _ coefficients: Tensor, over input: Interval, through place: LayerPlace
  ) -> (form: Tensor, constant: Tensor)

  /// Where α-CROWN starts from, [batch, n] in [0, 1]; nil where the lines have nothing to choose.
  func startingAlpha(over input: Interval, _ slope: ReLUSlope) -> Tensor?
}

extension RelaxedRule {
  public var mixesScalars: Bool { true }

  public func startingAlpha(over input: Interval, _ slope: ReLUSlope) -> Tensor? { nil }

  public func propagate(_ regions: [Region]) -> Region { .box(box(of: regions[0].box)) }

  public func pullBack(
    _ form: LinearForm, through place: LayerPlace
  ) -> (coefficients: [Tensor], constant: Tensor) {
    guard let preactivation = place.preactivation else {
      preconditionFailure("\(Self.kind) needs the interval of its input")
    }
    let relaxed = relaxed(form.coefficients, over: preactivation, through: place)
    return ([relaxed.form], form.addingConstant(relaxed.constant))
  }

  public func startingAlpha(through place: LayerPlace) -> Tensor? {
    place.preactivation.flatMap { startingAlpha(over: $0, place.slope) }
  }
}
