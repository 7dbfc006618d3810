import Networks
import Tensors

/// A softmax, or its logarithm, of vectors: boxes by the worst logits for each output, forms by
/// planes. Not a rule for each scalar alone: every output depends on every logit.
protocol SoftmaxRule: BoundedLayer {
  static var scale: SoftmaxScale { get }
}

extension SoftmaxRule {
  public var isAffine: Bool { false }
  public var isExactOnceDecided: Bool { false }

  public func propagate(_ region: Region) -> Region {
    let box = region.box
    let output = intervalSoftmax(Self.scale, center: box.center, radius: box.radius)
    return .box(Interval(center: output.center, radius: output.radius))
  }

  public func pullBack(_ form: LinearForm, through place: LayerPlace) -> LinearForm {
    guard let preactivation = place.preactivation else {
      preconditionFailure("a softmax needs the interval of its input")
    }
    let relaxed = relaxedSoftmaxForm(
      form.coefficients, Self.scale, center: preactivation.center, radius: preactivation.radius)
    return LinearForm(
      coefficients: relaxed.form, constant: form.addingConstant(relaxed.constant))
  }
}

extension Softmax: SoftmaxRule {
  static var scale: SoftmaxScale { .probability }
}

extension LogSoftmax: SoftmaxRule {
  static var scale: SoftmaxScale { .logarithm }
}
