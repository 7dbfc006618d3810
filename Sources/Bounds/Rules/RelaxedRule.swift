import Networks
import Relaxations
import Tensors

/// A layer of one input that is not affine and that lines bound: it gives its box, its lines and
/// the parameters that choose among them.
///
/// A relaxation encloses the layer between affine functions on the interval [l, u] of its input:
///
///     a_low·h + b_low ≤ f(h) ≤ a_up·h + b_up   for l ≤ h ≤ u.
///
/// In a form that bounds from below, an output with a positive coefficient is replaced by its lower
/// line, one with a negative coefficient by its upper line (Zhang et al. 2018, theorem 3.2). The
/// tighter the interval, the nearer the lines. Where several lines hold, which one is best depends
/// on the row, and α-CROWN chooses for each (Xu et al. 2021).
///
/// Activations, max pooling and softmax conform. Their functions, lines and planes are those of the
/// module Relaxations; the kernels of Tensors apply them to arrays.
public protocol RelaxedRule: BoundedLayer {
  /// The smallest box that is known to hold the layer's output for inputs in a box.
  func box(of input: Interval) -> Interval

  /// Replaces each scalar of the output in a form by its lower line where the coefficient is
  /// positive, and by its upper line where it is negative.
  ///
  /// - Parameters:
  ///   - coefficients: Λ over the output, [batch or 1, S, n].
  ///   - input: The interval of the layer's input, [batch, …].
  ///   - place: Its `slope` chooses lines, unless its `alpha` does.
  /// - Returns: The coefficients over the input, [batch, S, n'], and what the lines' intercepts add
  ///   to the constant, [batch, S].
  /// - Postcondition: For every input within the interval, form·x + constant ≤ Λ·f(x).
  func relaxed(
    _ coefficients: Tensor, over input: Interval, through place: LayerPlace
  ) -> (form: Tensor, constant: Tensor)

  /// Where α-CROWN starts from, [batch, n] in [0, 1]; nil where the lines have nothing to choose.
  func startingAlpha(over input: Interval, _ slope: ReLUSlope) -> Tensor?
}

extension RelaxedRule {
  public var mixesScalars: Bool { true }

  public func startingAlpha(over input: Interval, _ slope: ReLUSlope) -> Tensor? { nil }

  /// Maps the box around the region; what is not linear makes no use of a ball.
  public func propagate(_ regions: [Region]) -> Region { .box(box(of: regions[0].box)) }

  /// Relaxes the form's coefficients and adds what intercepts gain to its constant.
  ///
  /// - Precondition: The place has the interval of the input.
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
