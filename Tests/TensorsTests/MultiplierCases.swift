@testable import Tensors

/// Multiples of single scalars added to forms.
extension OperationCase {
  static let multiplierCases: [OperationCase] = [false, true].map { multiplierCase(shared: $0) }

  /// Two places of each example; the second is missing in every other one. The first scalar is named
  /// twice in every third.
  private static func places(_ batch: Int) -> [[(scalar: Int, point: Float)]] {
    (0..<batch).map { example in
      let first = (scalar: example % 8, point: Float(0))
      if example % 2 == 1 { return [first] }
      return [first, (example % 3 == 0 ? first.scalar : (example + 3) % 8, 0.75)]
    }
  }

  private static func multiplierCase(shared: Bool) -> OperationCase {
    OperationCase(
      name: "multiplied" + (shared ? ", shared form" : ""), allowsEmpty: false, usesOneDNN: shared,
      inputs: {
        [random([shared ? 1 : $0, 3, 8], seed: 90), random([$0, 3, 2], seed: 91)]
      },
      ours: { x in
        let batch = x[1].shape[0]
        let output = multiplied(
          x[0], by: x[1], weights: random([batch, 3, 2], seed: 92),
          at: MultiplierPlaces(places(batch)))
        return [output.form, output.constant]
      },
      reference: { x in
        let batch = x[1].shape[0]
        let weights = Reference(random([batch, 3, 2], seed: 92))
        var form = Reference([batch, 3, 8]) { x[0].values[x[0].shape[0] == 1 ? $0 % 24 : $0] }
        var constant = Reference([batch, 3]) { _ in 0 }
        for (example, places) in places(batch).enumerated() {
          for row in 0..<3 {
            for (place, (scalar, point)) in places.enumerated() {
              let gain = weights[example, row, place] * x[1][example, row, place]
              form[example, row, scalar] += gain
              constant[example, row] -= gain * Double(point)
            }
          }
        }
        return [form, constant]
      })
  }
}
