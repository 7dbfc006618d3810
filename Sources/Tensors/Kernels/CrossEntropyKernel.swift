import RealModule

/// Cross-entropies as means over a batch, with the gradient made in the same pass. Sums run in
/// Double and in index order: the result does not depend on the number of threads.
enum CrossEntropyKernel {
  /// −log softmax(logits)[label], averaged: [batch, classes] → scalar and its gradient.
  static func labels(_ logits: Tensor, _ labels: [Int]) -> (loss: Tensor, gradient: Tensor) {
    let (batch, classes) = (logits.shape[0], logits.shape[1])
    precondition(labels.count == batch, "\(labels.count) labels for \(batch) examples")
    let gradient = result(logits.shape)
    let source = logits.pointer
    var total = 0.0
    for example in 0..<batch {
      let (z, g) = (source + example * classes, gradient.pointer + example * classes)
      precondition(labels[example] >= 0 && labels[example] < classes, "label out of range")
      var largest = z[0]
      for j in 1..<max(classes, 1) { largest = max(z[j], largest) }
      var sum = 0.0
      for j in 0..<classes { sum += .exp(Double(z[j] - largest)) }
      total += .log(sum) - Double(z[labels[example]] - largest)
      for j in 0..<classes {
        let probability = notable(.exp(Double(z[j] - largest)) / sum)
        g[j] = Float((probability - (j == labels[example] ? 1 : 0)) / Double(batch))
      }
    }
    keepAlive(logits)
    return (Tensor(shape: [], repeating: Float(total / Double(batch))), gradient.tensor)
  }

  /// log(1 + Σ exp(−m)), averaged: cross-entropy of −m with 0 in the label's slot.
  static func margins(_ margins: Tensor) -> (loss: Tensor, gradient: Tensor) {
    let (batch, rows) = (margins.shape[0], margins.shape[1])
    let gradient = result(margins.shape)
    let source = margins.pointer
    var total = 0.0
    for example in 0..<batch {
      let (m, g) = (source + example * rows, gradient.pointer + example * rows)
      var largest: Float = 0
      for j in 0..<rows { largest = max(-m[j], largest) }
      var sum = Double.exp(Double(-largest))
      for j in 0..<rows { sum += .exp(Double(-m[j] - largest)) }
      total += .log(sum) + Double(largest)
      for j in 0..<rows {
        g[j] = Float(-notable(.exp(Double(-m[j] - largest)) / sum) / Double(batch))
      }
    }
    keepAlive(margins)
    return (Tensor(shape: [], repeating: Float(total / Double(batch))), gradient.tensor)
  }
}

/// A probability, or 0 where it is too small to count next to the others, which sum to 1. Gradients
/// of such examples would run through the network as subnormal numbers, at a hundredth of the speed.
func notable(_ probability: Double) -> Double { probability < 1e-20 ? 0 : probability }
