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
