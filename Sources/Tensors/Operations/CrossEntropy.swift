import RealModule

/// Cross-entropy of logits [batch, classes] with labels, averaged over the batch.
public func crossEntropy(_ logits: Tensor, labels: [Int]) -> Tensor {
  let output = CrossEntropyKernel.labels(logits, labels)
  return recorded(output.loss, from: [logits]) { [output.gradient * $0.scalar] }
}

/// Robust cross-entropy of margin lower bounds [batch, classes − 1], averaged over the batch:
/// log(1 + Σ exp(−margin)), which is the cross-entropy of −m̲ with 0 in the label's slot.
public func marginCrossEntropy(_ margins: Tensor) -> Tensor {
  let output = CrossEntropyKernel.margins(margins)
  return recorded(output.loss, from: [margins]) { [output.gradient * $0.scalar] }
}

/// ``marginCrossEntropy(_:)`` of each example: [batch, classes − 1] → [batch].
public func marginCrossEntropies(_ margins: Tensor) -> Tensor {
  let output = CrossEntropyKernel.eachMargin(margins)
  return recorded(output.losses, from: [margins]) {
    [CrossEntropyKernel.scaledRows(output.gradient, by: $0)]
  }
}

/// KL(softmax p ‖ softmax q) of logits [batch, classes], averaged over the batch.
public func divergence(of q: Tensor, from p: Tensor) -> Tensor {
  let output = CrossEntropyKernel.divergence(p, q)
  return recorded(output.loss, from: [p, q]) { gradient in
    [output.byP * gradient.scalar, output.byQ * gradient.scalar]
  }
}

/// a^(1 − weight) · b^weight of numbers above zero, elementwise; below 1e-12 they count as that.
public func geometricMeans(_ a: Tensor, _ b: Tensor, weight: Float) -> Tensor {
  func mean(_ x: Float, _ y: Float) -> Float {
    Float(.exp((1 - Double(weight)) * .log(floored(x)) + Double(weight) * .log(floored(y))))
  }
  func floored(_ x: Float) -> Double { x < 1e-12 ? 1e-12 : Double(x) }
  let output = ElementwiseKernel.zip(a, b, mean)
  func gradient(of x: Tensor, _ share: Float, _ g: Tensor) -> Tensor {
    let ratio = ElementwiseKernel.zip(output, x) { share * $0 / Float(floored($1)) }
    return ElementwiseKernel.zip(ratio, g) { $0 * $1 }
  }
  return recorded(output, from: [a, b]) { g in
    [gradient(of: a, 1 - weight, g), gradient(of: b, weight, g)]
  }
}
