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
