/// Returns the cross-entropy of logits [batch, classes] with labels, −log softmax(logits)[label],
/// averaged over the batch.
///
/// - Precondition: There is one label for each example, in 0..<classes.
package func crossEntropy(_ logits: Tensor, labels: [Int]) -> Tensor {
  let output = logits.device.losses.crossEntropy(logits.array, labels: labels)
  return recorded(output.loss, from: [logits]) { [output.gradient.times($0.scalar)] }
}

/// Returns the robust cross-entropy of margin lower bounds [batch, classes − 1], averaged over the
/// batch: log(1 + Σ exp(−margin)).
///
/// It is the cross-entropy of −m̲ with 0 in the label's slot. Since it falls with every margin,
/// lower bounds make it an upper bound of the cross-entropy at every point of the region (Gowal et
/// al. 2018).
package func marginCrossEntropy(_ margins: Tensor) -> Tensor {
  let output = margins.device.losses.marginCrossEntropy(margins.array)
  return recorded(output.loss, from: [margins]) { [output.gradient.times($0.scalar)] }
}

/// Returns ``marginCrossEntropy(_:)`` of each example by itself: [batch, classes − 1] → [batch].
package func marginCrossEntropies(_ margins: Tensor) -> Tensor {
  let device = margins.device
  let output = device.losses.marginCrossEntropies(margins.array)
  return recorded(output.losses, from: [margins]) {
    [device.matrices.scaledRows(output.gradient, by: $0)]
  }
}

/// Returns the Kullback–Leibler divergence KL(softmax p ‖ softmax q) of logits [batch, classes],
/// averaged over the batch. It is 0 where both are the same distribution, and gradients flow to
/// both.
package func divergence(of q: Tensor, from p: Tensor) -> Tensor {
  let output = p.device.losses.divergence(p.array, q.array)
  return recorded(output.loss, from: [p, q]) { gradient in
    [output.byP.times(gradient.scalar), output.byQ.times(gradient.scalar)]
  }
}

/// Returns a^(1 − weight) · b^weight of numbers above zero, elementwise; below 1e-12 they count as
/// 1e-12.
///
/// - Parameter weight: The share of `b`, from 0 to 1.
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
  /// Returns the product of each scalar with a number, for pullbacks.
  func times(_ factor: Float) -> DeviceArray { device.elementwise.map(.times(factor), self) }
}
