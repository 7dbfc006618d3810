@testable import Relaxations
@testable import Tensors

/// Intervals through ReLU, its lines, and linear forms.
extension OperationCase {
  static let intervalCases: [OperationCase] =
    [
      OperationCase(
        name: "intervalReLU", inputs: { intervals([$0, 12], seed: 30) },
        ours: { x in
          let output = intervalReLU(center: x[0], radius: x[1])
          return [output.center, output.radius]
        },
        reference: { intervalReLU($0[0], $0[1]) })
    ]
    + ReLUSlope.allCases.map { slope in
      OperationCase(
        name: "activationLines of ReLU \(slope.rawValue)",
        inputs: { intervals([$0, 12], seed: 31) },
        ours: { activationLines(relu, center: $0[0], radius: $0[1], slope: slope).all },
        reference: { reluLines($0[0], $0[1], slope) })
    }

  /// Values and intervals of every function.
  static let activationCases: [OperationCase] = ActivationFunction.samples.flatMap { function in
    let f = function.scalar
    return [
      OperationCase(
        name: "activation \(function)", inputs: { [awayFromZero([$0, 3, 2], seed: 48)] },
        ours: { [activation(function, $0[0])] }, reference: { [$0[0].map(f.value)] }),
      OperationCase(
        name: "intervalActivation \(function)", inputs: { intervals([$0, 12], seed: 46) },
        ours: { x in
          let output = intervalActivation(function, center: x[0], radius: x[1])
          return [output.center, output.radius]
        },
        reference: { x in
          let (l, u) = (x[0].with(x[1], -), x[0].with(x[1], +))
          let smallest = l.with(u) { least(from: $0, to: $1, f.value) }
          let largest = l.with(u) { -least(from: $0, to: $1) { -f.value($0) } }
          return [
            largest.with(smallest) { ($0 + $1) / 2 }, largest.with(smallest) { ($0 - $1) / 2 },
          ]
        }),
    ]
  }

  /// ReLU as an activation with lines of its own.
  private static let relu = ActivationFunction.leakyReLU(slope: 0)

  static let formCases: [OperationCase] =
    [
      relaxedCase(shared: false), relaxedCase(shared: true),
      OperationCase(
        name: "formBias", usesOneDNN: true,
        inputs: { [random([$0, 3, 8], seed: 32), random([2], seed: 33)] },
        ours: { [formBias($0[0], $0[1])] },
        reference: { x in
          [rowSums(x[0], batch: x[0].shape[0]) { $0 * x[1].values[$2 % 2] }]
        }),
      combinedCase(shared: false), combinedCase(shared: true),
    ]
    + ReLUSlope.allCases.flatMap {
      [reluFormCase($0, shared: false), reluFormCase($0, shared: true)]
    }
    + freeFormCases

  static let setCases: [OperationCase] = [false, true].flatMap { shared in
    [boxCase(shared: shared), ballCase(.two, shared), ballCase(.infinity, shared)]
  }

  /// A form for each example, or one that all share.
  private static func form(_ batch: Int, shared: Bool, _ n: Int, seed: UInt64) -> Tensor {
    awayFromZero([shared ? 1 : batch, 3, n], seed: seed)
  }

  private static func suffix(_ shared: Bool) -> String { shared ? ", shared form" : "" }

  private static func relaxedCase(shared: Bool) -> OperationCase {
    OperationCase(
      name: "relaxedForm" + suffix(shared), usesOneDNN: shared,
      inputs: { batch in
        [form(batch, shared: shared, 6, seed: 34)] + (35...38).map { random([batch, 6], seed: $0) }
      },
      ours: { x in
        let output = relaxedForm(x[0], ActivationLines(Array(x.dropFirst())))
        return [output.form, output.constant]
      },
      reference: { relaxedForm($0[0], Array($0.dropFirst())) })
  }

  private static func reluFormCase(_ slope: ReLUSlope, shared: Bool) -> OperationCase {
    OperationCase(
      name: "relaxedReLUForm \(slope.rawValue)" + suffix(shared), usesOneDNN: shared,
      inputs: { [form($0, shared: shared, 12, seed: 44)] + intervals([$0, 12], seed: 45) },
      ours: { x in
        let output = relaxedReLUForm(x[0], center: x[1], radius: x[2], slope: slope)
        return [output.form, output.constant]
      },
      reference: { relaxedForm($0[0], reluLines($0[1], $0[2], slope)) })
  }

  private static func combinedCase(shared: Bool) -> OperationCase {
    OperationCase(
      name: "combinedRows" + suffix(shared), usesOneDNN: shared,
      inputs: { [form($0, shared: shared, 6, seed: 38), random([$0, 3], seed: 39)] },
      ours: { [combinedRows($0[0], weights: $0[1])] },
      reference: { [combinedRows($0[0], $0[1])] })
  }

  private static func boxCase(shared: Bool) -> OperationCase {
    OperationCase(
      name: "concretized box" + suffix(shared), usesOneDNN: shared,
      inputs: { [form($0, shared: shared, 7, seed: 40)] + intervals([$0, 7], seed: 41) },
      ours: { [concretized($0[0], center: $0[1], radius: $0[2])] },
      reference: { x in
        [
          rowSums(x[0], batch: x[1].shape[0]) {
            $0 * x[1][$1, $2] - abs($0) * x[2][$1, $2]
          }
        ]
      })
  }

  private static func ballCase(_ dual: DualNorm, _ shared: Bool) -> OperationCase {
    OperationCase(
      name: "concretized ball dual \(dual)" + suffix(shared), usesOneDNN: shared,
      inputs: { [form($0, shared: shared, 7, seed: 42), random([$0, 7], seed: 43)] },
      ours: { [concretized($0[0], center: $0[1], epsilon: 0.75, dual: dual)] },
      reference: { [concretizedBall($0[0], $0[1], 0.75, dual)] })
  }
}
