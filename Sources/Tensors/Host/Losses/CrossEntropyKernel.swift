import RealModule

/// Cross-entropies as means over a batch, with the gradient made in the same pass. Sums run in
/// Double and in index order: the result does not depend on the number of threads.
///
/// A loss has a few thousand scalars at most, so the calling thread does it alone. The largest
/// logit is subtracted before exponentials are taken, so that none overflows and their sum is at
/// least 1.
enum CrossEntropyKernel {
  /// Returns −log softmax(logits)[label], averaged, and its gradient (p_j − [j = label])/batch:
  /// [batch, classes] → scalar and [batch, classes].
  static func labels(_ logits: DeviceArray, _ labels: [Int]) -> (
    loss: DeviceArray, gradient: DeviceArray
  ) {
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
    return (Host.array(shape: [], repeating: mean(total, of: batch)), gradient.array)
  }

  /// Returns log(1 + Σ exp(−m)), averaged, and its gradient: the cross-entropy of −m with 0 in the
  /// label's slot.
  static func margins(_ margins: DeviceArray) -> (loss: DeviceArray, gradient: DeviceArray) {
    let batch = margins.shape[0]
    let each = eachMargin(margins, share: 1 / Double(batch))
    let total = each.exact.reduce(0, +)
    return (Host.array(shape: [], repeating: mean(total, of: batch)), each.gradient)
  }

  /// Returns log(1 + Σ exp(−m)) of each example, [batch], and the gradients times `share`.
  ///
  /// - Returns: The losses as an array and, for further sums, in Double.
  static func eachMargin(
    _ margins: DeviceArray, share: Double = 1
  ) -> (losses: DeviceArray, exact: [Double], gradient: DeviceArray) {
    let (batch, rows) = (margins.shape[0], margins.shape[1])
    let gradient = result(margins.shape)
    let source = margins.pointer
    var losses: [Double] = []
    for example in 0..<batch {
      let (m, g) = (source + example * rows, gradient.pointer + example * rows)
      var largest: Float = 0
      for j in 0..<rows { largest = max(-m[j], largest) }
      var sum = Double.exp(Double(-largest))
      for j in 0..<rows { sum += .exp(Double(-m[j] - largest)) }
      losses.append(.log(sum) + Double(largest))
      for j in 0..<rows {
        g[j] = Float(-notable(.exp(Double(-m[j] - largest)) / sum) * share)
      }
    }
    keepAlive(margins)
    return (Host.array(shape: [batch], losses.map { Float($0) }), losses, gradient.array)
  }

  /// Returns KL(softmax p ‖ softmax q), averaged, with its gradients.
  ///
  /// With D = Σ P·(log P − log Q): ∂D/∂p_j = P_j · (log P_j − log Q_j − D) and ∂D/∂q_j = Q_j − P_j.
  static func divergence(
    _ p: DeviceArray, _ q: DeviceArray
  ) -> (loss: DeviceArray, byP: DeviceArray, byQ: DeviceArray) {
    let (batch, classes) = (p.shape[0], p.shape[1])
    precondition(p.shape == q.shape, "outputs \(p.shape) and \(q.shape)")
    let (byP, byQ) = (result(p.shape), result(p.shape))
    let (ps, qs) = (p.scalars, q.scalars)
    var total = 0.0
    for row in 0..<batch {
      let range = row * classes..<(row + 1) * classes
      let (logP, logQ) = (logSoftmax(ps[range]), logSoftmax(qs[range]))
      let terms = zip(logP, logQ).map { Double.exp($0) * ($0 - $1) }
      let sum = terms.reduce(0, +)
      total += sum
      for j in 0..<classes {
        let (own, other) = (Double.exp(logP[j]), Double.exp(logQ[j]))
        byP.pointer[range.lowerBound + j] = Float((terms[j] - own * sum) / Double(batch))
        byQ.pointer[range.lowerBound + j] = Float((other - own) / Double(batch))
      }
    }
    return (Host.array(shape: [], repeating: mean(total, of: batch)), byP.array, byQ.array)
  }

  /// Returns the logarithms of a softmax in Double.
  private static func logSoftmax(_ logits: ArraySlice<Float>) -> [Double] {
    let largest = logits.reduce(-Float.infinity) { Swift.max($1, $0) }
    let sum = logits.reduce(0.0) { $0 + .exp(Double($1 - largest)) }
    return logits.map { Double($0 - largest) - .log(sum) }
  }
}

/// Returns the mean of a sum over a batch; 0 for a batch of no examples.
func mean(_ total: Double, of batch: Int) -> Float { Float(total / Double(max(batch, 1))) }

/// Returns a probability, or 0 where it is too small to count next to the others, which sum to 1.
///
/// Gradients of such examples would run through the network as subnormal numbers, at a hundredth of
/// the speed.
func notable(_ probability: Double) -> Double { probability < 1e-20 ? 0 : probability }
