import Networks
import Tensors

/// A softmax, or its logarithm, of vectors: boxes by the worst logits for each output, forms by
/// planes. Not a rule for each scalar alone: every output depends on every logit.
protocol SoftmaxRule: RelaxedRule {
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
