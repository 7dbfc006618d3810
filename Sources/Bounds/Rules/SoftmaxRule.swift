import Networks
import Tensors

/// A softmax, or its logarithm, of vectors: every output depends on every logit, so that planes
/// over all logits bound it where other layers have lines.
///
/// Boxes take the worst logits for each output: log softmax rises with its own logit and falls with
/// the others, so the corners where it is least and largest are known. Forms take planes (Wei et
/// al. 2023), `SoftmaxPlanes` and `LogSumExpPlanes` in the module Relaxations.
///
/// A classifier's margins do not need it: certification leaves a softmax at the network's end out
/// (`Network.logits`). Properties of probabilities do.
protocol SoftmaxRule: RelaxedRule {
  /// Whether the layer is softmax or its logarithm.
  static var scale: SoftmaxScale { get }
}

extension SoftmaxRule {
  package func box(of input: Interval) -> Interval {
    let output = intervalSoftmax(Self.scale, center: input.center, radius: input.radius)
    return Interval(center: output.center, radius: output.radius)
  }

  package func relaxed(
    _ coefficients: Tensor, over input: Interval, through place: LayerPlace
  ) -> (form: Tensor, constant: Tensor) {
    relaxedSoftmaxForm(coefficients, Self.scale, center: input.center, radius: input.radius)
  }
}

extension Softmax: SoftmaxRule {
  static var scale: SoftmaxScale { .probability }
}

extension LogSoftmax: SoftmaxRule {
  static var scale: SoftmaxScale { .logarithm }
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
