import Foundation
import Tensors

/// Losses: means over a batch.
extension OperationCase {
  static let lossCases: [OperationCase] =
    [
      OperationCase(
        name: "crossEntropy", inputs: { [random([$0, 4], seed: 50)] },
        ours: { [crossEntropy($0[0], labels: labels($0[0].shape[0]))] },
        reference: { [crossEntropy($0[0], labels($0[0].shape[0]))] }),
      OperationCase(
        name: "marginCrossEntropy",
        inputs: { [random([$0, 4], seed: 51, deviation: 3)] },
        ours: { [marginCrossEntropy($0[0])] },
        reference: { [marginCrossEntropy($0[0])] }),
      OperationCase(
        name: "marginCrossEntropies", inputs: { [random([$0, 4], seed: 53, deviation: 3)] },
        ours: { [marginCrossEntropies($0[0])] },
        reference: { x in
          [
            Reference([x[0].shape[0]]) { row in
              log(1 + (0..<4).reduce(0) { $0 + exp(-x[0][row, $1]) })
            }
          ]
        }),
      OperationCase(
        name: "divergence",
        inputs: { [random([$0, 4], seed: 54, deviation: 2), random([$0, 4], seed: 55)] },
        ours: { [divergence(of: $0[1], from: $0[0])] },
        reference: { x in
          func probabilities(_ logits: Reference, _ row: Int) -> [Double] {
            let terms = (0..<4).map { exp(logits[row, $0]) }
            return terms.map { $0 / terms.reduce(0, +) }
          }
          let rows = (0..<x[0].shape[0]).map { row in
            zip(probabilities(x[0], row), probabilities(x[1], row))
              .reduce(0) { $0 + $1.0 * log($1.0 / $1.1) }
          }
          return [Reference([], [rows.reduce(0, +) / Double(rows.count)])]
        }),
      OperationCase(
        name: "boundHealth", allowsEmpty: false, largeBatch: 50,
        inputs: { intervals([$0, 12], seed: 58) },
        ours: { [boundHealth(center: $0[0], radius: $0[1], inputRadius: 0.1, tolerance: 0.9)] },
        reference: { [boundHealthReference($0[0], $0[1], 0.1, 0.9)] }),
      OperationCase(
        name: "geometricMeans",
        inputs: { batch in
          ([56, 57] as [UInt64]).map { seed in
            let x = random([batch], seed: seed)
            return Tensor(shape: x.shape, x.scalars.map { abs($0) + 0.1 })
          }
        },
        ours: { [geometricMeans($0[0], $0[1], weight: 0.3)] },
        reference: { [$0[0].with($0[1]) { pow($0, 0.7) * pow($1, 0.3) }] }),
    ]
    + widths.map(chordCase)
    + widths.flatMap { width in
      [0.25, 1].map { fusedCase(width: width, beta: $0) }
    }

  private static func boundHealthReference(
    _ center: Reference, _ radius: Reference, _ inputRadius: Double, _ tolerance: Double
  ) -> Reference {
    let count = Double(center.values.count)
    let mean = center.values.reduce(0, +) / count
    func excess(_ ratio: Double) -> Double { max(tolerance - ratio, 0) / tolerance }
    func side(_ isIn: (Double, Double) -> Bool) -> (mean: Double, spread: Double) {
      let part = zip(center.values, radius.values).filter { isIn($0.0, $0.1) }.map(\.0)
      return (
        abs(part.reduce(0, +) / count), part.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      )
    }
    let active = side { $0 - $1 > 0 }
    let inactive = side { $0 + $1 < 0 }
    func balanced(_ a: Double, _ b: Double) -> Double { excess(min(a / b, b / a)) }
    return Reference(
      [],
      [
        excess(inputRadius * count / radius.values.reduce(0, +))
          + (active.mean > 0 && inactive.mean > 0
            ? balanced(active.mean, inactive.mean) + balanced(active.spread, inactive.spread) : 0)
      ])
  }

  private static let widths: [Float] = [0, 1e-7, 9e-5, 1e-3, 0.5, 40, 300]

  /// The weights alone, as functions of the upper ends (the shift depends on the lower ones): in
  /// the loss, errors on narrow intervals nearly cancel.
  private static func chordCase(width: Float) -> OperationCase {
    let lower: [Float] = [-1, 0.5, 2]
    let shift = 1.0
    return OperationCase(
      name: "sumExpBound weights, intervals \(width) wide", allowsEmpty: false,
      inputs: { _ in [Tensor(shape: [1, 3], lower.map { $0 + width })] },
      ours: { [sumExpBound(lower: Tensor(shape: [1, 3], lower), upper: $0[0]).weight] },
      reference: { x in
        [
          Reference([1, 3]) { i in
            exp(-Double(lower[i]) - shift) * chordRatio(x[0].values[i] - Double(lower[i]))
          }
        ]
      })
  }

  private static func labels(_ batch: Int) -> [Int] { (0..<batch).map { $0 * 7 % 4 } }

  /// sumExpBound and fusedCrossEntropy together, since the shift between them is a constant that
  /// cancels only in the loss. The form is Σ weight·m at margins m inside [lower, upper].
  private static func fusedCase(width: Float, beta: Float) -> OperationCase {
    OperationCase(
      name: "fusedCrossEntropy, intervals \(width) wide, beta \(beta)",
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
