import Bounds
import Formats
import Foundation
import Networks
import Tensors

/// Descent towards unsafe outputs from a batch of starts, each in the box of its case.
///
/// Points are kept as places in [0, 1] between the ends of each input, so that a step means the same
/// for all of them. The steps are Adam's (Kingma and Ba 2015), and their length falls by a constant
/// factor from a third of the box to a thousandth: early ones cross it, late ones settle.
///
/// The first start of a case descends on the constraint that is violated most, every other one on
/// the sum of all that are violated, in turn. All but the first begin with some steps towards
/// outputs of a random direction (output diversification, Tashiro et al. 2020), since random inputs
/// alone give nearly the same outputs.
struct CounterexampleDescent {
  /// A start: the case and its number among those of the case.
  struct Start {
    let caseIndex: Int
    let number: Int
  }

  private let network: Network
  private let property: VNNLIBProperty
  private let starts: [Start]
  private let steps: Int
  /// The ends of the boxes, [starts, …shape].
  private let lower, upper: Tensor

  /// Prepares a descent.
  ///
  /// - Parameter steps: The steps towards unsafe outputs; a sixth more are for diversification.
  init(_ network: Network, _ property: VNNLIBProperty, _ starts: [Start], steps: Int) {
    (self.network, self.property, self.starts, self.steps) = (network, property, starts, steps)
    let ends = starts.map { InputBox(of: property.cases[$0.caseIndex], for: network).ends }
    lower = .concatenated(ends.map(\.lower))
    upper = .concatenated(ends.map(\.upper))
  }

  /// Descends until a counterexample is found, the steps are done or the budget is spent.
  func run(_ budget: Budget, using random: inout RandomSource) -> Counterexample? {
    var places = Tensor.uniform(lower.shape, in: 0...1, using: &random)
    diversify(&places, budget, using: &random)
    var moments = (first: places.zeros, second: places.zeros)
    for step in 0...steps {
      guard !budget.isSpent else { return nil }
      let points = CounterexampleSearch.points(at: places, lower: lower, upper: upper)
      let (outputs, gradient) = gradient(at: points) { outputs in
        zip(starts, outputs).flatMap { start, outputs in
          let part = property.cases[start.caseIndex]
          return start.number % 2 == 0
            ? part.weightsOfLargestExcess(of: outputs) : part.weightsOfExcesses(of: outputs)
        }
      }
      for (row, start) in starts.enumerated()
      where property.cases[start.caseIndex].isUnsafe(outputs[row]) {
        let point = points.rows(row..<row + 1)
        if let found = CounterexampleSearch.confirmed(
          point, network, property, start.caseIndex)
        {
          return found
        }
      }
      Self.adam(step, of: steps, sign: 1).apply(
        to: &places, first: &moments.first, second: &moments.second, gradient: gradient)
      places.clampToUnitInterval()
    }
    return nil
  }

  /// Moves the starts towards outputs of random directions, but for the first of each case.
  private func diversify(
    _ places: inout Tensor, _ budget: Budget, using random: inout RandomSource
  ) {
    var directions = Tensor.uniform(
      [starts.count, network.classes], in: -1...1, using: &random)
    directions.modify { directions in
      for (row, start) in starts.enumerated() where start.number == 0 {
        for i in 0..<network.classes { directions[row * network.classes + i] = 0 }
      }
    }
    let weights = directions.scalars
    let steps = max(self.steps / 6, 1)
    var moments = (first: places.zeros, second: places.zeros)
    for step in 0..<steps where !budget.isSpent {
      let points = CounterexampleSearch.points(at: places, lower: lower, upper: upper)
      let gradient = gradient(at: points) { _ in weights }.gradient
      Self.adam(step, of: steps, sign: -1).apply(
        to: &places, first: &moments.first, second: &moments.second, gradient: gradient)
      places.clampToUnitInterval()
    }
  }

  /// A step of the descent.
  private static func adam(_ step: Int, of steps: Int, sign: Float) -> AdamStep {
    let (beta1, beta2) = (0.75, 0.99)
    let rate = 0.3 * pow(0.003, Double(step) / Double(max(steps, 1)))
    return AdamStep(
      learningRate: Float(rate), beta1: Float(beta1), beta2: Float(beta2), epsilon: 1e-12,
      correction1: Float(1 - pow(beta1, Double(step + 1))),
      correction2: Float(1 - pow(beta2, Double(step + 1))), gradientScale: sign)
  }

  /// Returns the outputs, and the gradient by the places of each row's weighted outputs, brought to
  /// a size of about 1.
  ///
  /// - Parameter weights: Makes the weights of the outputs, row by row.
  private func gradient(
    at points: Tensor, of weights: ([[Float]]) -> [Float]
  ) -> (outputs: [[Float]], gradient: Tensor) {
    var outputs: [[Float]] = []
    let result = withGradients(at: [points]) { watched in
      let values = network(watched[0])
      outputs = values.detached.rowsOfScalars
      return values.scaled(by: Tensor(shape: values.shape, weights(outputs))).sum()
    }
    return (outputs, result.gradients[0].scaled(by: upper - lower))
  }
}

extension Tensor {
  /// Zeros of the same shape.
  fileprivate var zeros: Tensor { .zeros(shape) }
}
