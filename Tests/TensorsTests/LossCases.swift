import Tensors

/// Losses: means over a batch.
extension OperationCase {
  static let lossCases: [OperationCase] =
    [
      OperationCase(
        name: "crossEntropy", allowsEmpty: false, inputs: { [random([$0, 4], seed: 50)] },
        ours: { [crossEntropy($0[0], labels: labels($0[0].shape[0]))] },
        reference: { [crossEntropy($0[0], labels($0[0].shape[0]))] }),
      OperationCase(
        name: "marginCrossEntropy", allowsEmpty: false,
        inputs: { [random([$0, 4], seed: 51, deviation: 3)] },
        ours: { [marginCrossEntropy($0[0])] },
        reference: { [marginCrossEntropy($0[0])] }),
    ]
    + [0, 1e-7, 1e-5, 1e-3, 0.5, 40, 300].flatMap { width in
      [0.25, 1].map { fusedCase(width: width, beta: $0) }
    }

  private static func labels(_ batch: Int) -> [Int] { (0..<batch).map { $0 * 7 % 4 } }

  /// sumExpBound and fusedCrossEntropy together, since the shift between them is a constant that
  /// cancels only in the loss. The form is Σ weight·m at margins m inside [lower, upper].
  private static func fusedCase(width: Float, beta: Float) -> OperationCase {
    OperationCase(
      name: "fusedCrossEntropy, intervals \(width) wide, beta \(beta)", allowsEmpty: false,
      inputs: { batch in
        let lower = random([batch, 4], seed: 52).scalars.map { ($0 * 4).rounded() / 4 - width / 2 }
        let wide = lower.map { $0 + width }
        let inner = zip(lower, wide).map { 0.75 * $0 + 0.25 * $1 }
        return [lower, wide, inner].map { Tensor(shape: [batch, 4], $0) }
      },
      ours: { x in
        let bound = sumExpBound(lower: x[0], upper: x[1])
        let form = combinedRows(
          x[2].reshaped([x[2].shape[0], 4, 1]), weights: bound.weight)
        let value = form.reshaped([x[2].shape[0], 1])
        return [fusedCrossEntropy(form: value, bound: bound, lower: x[0], beta: beta)]
      },
      reference: {
        [fusedCrossEntropy(lower: $0[0], upper: $0[1], margins: $0[2], beta: Double(beta))]
      })
  }
}
