import Foundation
import Tensors

/// Operations that treat scalars one by one, and changes of shape.
extension OperationCase {
  static let elementwiseCases: [OperationCase] = [
    elementwise("absolute", { absolute($0) }, abs),
    elementwise("relu", { relu($0) }, { max($0, 0) }),
    elementwise("product with a number", { $0 * -1.75 }, { $0 * -1.75 }),
    elementwise(
      "reshaped", { $0.reshaped([$0.count]) * 2 }, { $0 * 2 }, reshape: { [$0.values.count] }),
    elementwise(
      "sigmoid", { activation(.sigmoid, $0) }, { 1 / (1 + exp(-$0)) }),
    elementwise("tanh", { activation(.tanh, $0) }, { tanh($0) }),
    elementwise(
      "leaky ReLU", { activation(.leakyReLU(slope: 0.25), $0) }, { max($0, 0.25 * $0) }),
    binary("sum of two", { $0 + $1 }, +),
    binary("difference of two", { $0 - $1 }, -),
    binary("product of two", { $0 * $1 }, *),
    elementwise(
      "inverse square root", { inverseSquareRoot(absolute($0), plus: 0.5) },
      { 1 / (abs($0) + 0.5).squareRoot() }),
    elementwise("GELU", { activation(.gelu, $0) }, { $0 / 2 * erfc(-$0 / 2.0.squareRoot()) }),
    elementwise(
      "clip", { activation(.clip(lower: -0.5, upper: 0.75), $0) }, { min(max($0, -0.5), 0.75) }),
    elementwise(
      "ELU of alpha above 1", { activation(.elu(alpha: 1.5), $0) },
      { $0 > 0 ? $0 : 1.5 * (exp($0) - 1) }),
    elementwise(
      "hard swish", { activation(.hardSwish, $0 * 3) },
      { 3 * $0 * min(max(3 * $0 / 6 + 0.5, 0), 1) }),
    elementwise("SiLU", { activation(.silu, $0) }, { $0 / (1 + exp(-$0)) }),
    elementwise("mish", { activation(.mish, $0) }, { $0 * tanh(log(1 + exp($0))) }),
    elementwise("softsign", { activation(.softsign, $0) }, { $0 / (1 + abs($0)) }),
    elementwise(
      "GELU by tanh", { activation(.geluTanh, $0) },
      { $0 / 2 * (1 + tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0))) }),
    softmaxCase("softmax", { softmax($0) }, exp),
    softmaxCase("logSoftmax", { logSoftmax($0) }) { $0 },
    OperationCase(
      name: "scaled by a constant", inputs: { [awayFromZero([$0, 3, 2], seed: 20)] },
      ours: { [$0[0].scaled(by: random($0[0].shape, seed: 21))] },
      reference: { [$0[0].with(Reference(random($0[0].shape, seed: 21)), *)] }),
    OperationCase(
      name: "repeated along the first axis", allowsEmpty: false,
      inputs: { _ in [random([1, 3, 2], seed: 22)] },
      ours: { [$0[0].repeated(4)] },
      reference: { x in [Reference([4, 3, 2]) { x[0].values[$0 % 6] }] }),
    OperationCase(
      name: "sum of all elements", inputs: { [random([$0, 3, 2], seed: 23)] },
      ours: { [$0[0].sum()] },
      reference: { [Reference([], [$0[0].values.reduce(0, +)])] }),
    OperationCase(
      name: "joinedChannels",
      inputs: { [random([$0, 3, 2], seed: 24), random([$0, 3, 4], seed: 25)] },
      ours: { [joinedChannels($0)] },
      reference: { x in
        [
          Reference([x[0].shape[0], 3, 6]) { index in
            let (position, channel) = (index / 6, index % 6)
            return channel < 2
              ? x[0].values[position * 2 + channel] : x[1].values[position * 4 + channel - 2]
          }
        ]
      }),
    OperationCase(
      name: "splitChannels", inputs: { [random([$0, 3, 6], seed: 26)] },
      ours: { splitChannels($0[0], into: [2, 4]) },
      reference: { x in
        [(0, 2), (2, 4)].map { start, size in
          Reference([x[0].shape[0], 3, size]) { x[0].values[$0 / size * 6 + start + $0 % size] }
        }
      }),
  ]

  private static func elementwise(
    _ name: String, _ ours: @escaping @Sendable (Tensor) -> Tensor,
    _ reference: @escaping @Sendable (Double) -> Double,
    reshape: @escaping @Sendable (Reference) -> [Int] = { $0.shape }
  ) -> OperationCase {
    OperationCase(
      name: name, inputs: { [awayFromZero([$0, 3, 2], seed: 24)] }, ours: { [ours($0[0])] },
      reference: { [$0[0].map(reference).reshaped(reshape($0[0]))] })
  }

  /// - Parameter last: What becomes of the logarithm of a probability.
  private static func softmaxCase(
    _ name: String, _ ours: @escaping @Sendable (Tensor) -> Tensor,
    _ last: @escaping @Sendable (Double) -> Double
  ) -> OperationCase {
    OperationCase(
      name: name, inputs: { [random([$0, 5], seed: 28, deviation: 2)] }, ours: { [ours($0[0])] },
      reference: { x in
        [
          Reference(x[0].shape) { index in
            let sum = (0..<5).reduce(0) { $0 + exp(x[0][index / 5, $1]) }
            return last(x[0].values[index] - log(sum))
          }
        ]
      })
  }

  private static func binary(
    _ name: String, _ ours: @escaping @Sendable (Tensor, Tensor) -> Tensor,
    _ reference: @escaping @Sendable (Double, Double) -> Double
  ) -> OperationCase {
    OperationCase(
      name: name, inputs: { [random([$0, 5], seed: 25), random([$0, 5], seed: 26)] },
      ours: { [ours($0[0], $0[1])] }, reference: { [$0[0].with($0[1], reference)] })
  }
}
