/// Cross-entropy of logits [batch, classes] with labels, averaged over the batch.
package func crossEntropy(_ logits: Tensor, labels: [Int]) -> Tensor {
  let output = logits.device.losses.crossEntropy(logits.array, labels: labels)
  return recorded(output.loss, from: [logits]) { [output.gradient.times($0.scalar)] }
}

/// Robust cross-entropy of margin lower bounds [batch, classes − 1], averaged over the batch:
/// log(1 + Σ exp(−margin)), which is the cross-entropy of −m̲ with 0 in the label's slot.
package func marginCrossEntropy(_ margins: Tensor) -> Tensor {
  let output = margins.device.losses.marginCrossEntropy(margins.array)
  return recorded(output.loss, from: [margins]) { [output.gradient.times($0.scalar)] }
}

/// ``marginCrossEntropy(_:)`` of each example: [batch, classes − 1] → [batch].
package func marginCrossEntropies(_ margins: Tensor) -> Tensor {
  let device = margins.device
  let output = device.losses.marginCrossEntropies(margins.array)
  return recorded(output.losses, from: [margins]) {
    [device.matrices.scaledRows(output.gradient, by: $0)]
  }
}

/// KL(softmax p ‖ softmax q) of logits [batch, classes], averaged over the batch.
package func divergence(of q: Tensor, from p: Tensor) -> Tensor {
  let output = p.device.losses.divergence(p.array, q.array)
  return recorded(output.loss, from: [p, q]) { gradient in
    [output.byP.times(gradient.scalar), output.byQ.times(gradient.scalar)]
  }
}

/// a^(1 − weight) · b^weight of numbers above zero, elementwise; below 1e-12 they count as that.
package func geometricMeans(_ a: Tensor, _ b: Tensor, weight: Float) -> Tensor {
  let (kernels, x, y) = (a.device.elementwise, a.array, b.array)
  let means = kernels.zip(.geometricMean(weight: weight), x, y)
  func gradient(of x: DeviceArray, _ share: Float, _ g: DeviceArray) -> DeviceArray {
    kernels.zip(.product, kernels.zip(.geometricMeanGradient(share: share), means, x), g)
  }
  return recorded(means, from: [a, b]) { g in
    [gradient(of: x, 1 - weight, g), gradient(of: y, weight, g)]
  }
}

extension DeviceArray {
  /// The product with a number.
  func times(_ factor: Float) -> DeviceArray { device.elementwise.map(.times(factor), self) }
}
