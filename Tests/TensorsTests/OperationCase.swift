import Tensors
import Testing

/// A differentiable operation beside its Float64 reference. The laws over all cases: the forward
/// pass equals the reference, gradients equal its central differences, threads change nothing.
struct OperationCase: Sendable, CustomTestStringConvertible {
  let name: String
  /// Whether a batch of no examples makes sense (a mean over it does not).
  var allowsEmpty = true
  /// Whether oneDNN computes it: its sums may be split by threads, so bits may differ.
  var usesOneDNN = false
  /// Examples enough for every loop to be split among threads.
  var largeBatch = 8000
  /// Inputs for a batch of the given size, away from kinks.
  let inputs: @Sendable (_ batch: Int) -> [Tensor]
  let ours: @Sendable ([Tensor]) -> [Tensor]
  let reference: @Sendable ([Reference]) -> [Reference]

  var testDescription: String { name }

  static let all =
    affineCases + elementwiseCases + intervalCases + activationCases + formCases + setCases
    + lossCases + channelCases + windowCases + projectionCases + rowCases + multiplierCases

  /// Gradients of Σ direction·output with respect to the inputs at the given positions.
  func gradients(at inputs: [Tensor], tracking positions: [Int]) -> [Tensor] {
    let tracked = positions.map { inputs[$0] }
    return withGradients(at: tracked) { watched in
      var arguments = inputs
      for (position, tensor) in zip(positions, watched) { arguments[position] = tensor }
      return ours(arguments).enumerated().map { index, output in
        output.scaled(by: direction(output.shape, index)).sum()
      }.reduce(Tensor.zeros([]), +)
    }.gradients
  }

  /// Central differences of Σ direction·output in the reference.
  func differences(at inputs: [Tensor], position: Int, step: Double) -> Reference {
    let point = inputs.map { Reference($0) }
    let directions = ours(inputs).enumerated().map { Reference(direction($1.shape, $0)) }
    func value(_ index: Int, _ change: Double) -> Double {
      var moved = point
      moved[position].values[index] += change
      return zip(reference(moved), directions).reduce(0) { sum, pair in
        sum + pair.0.with(pair.1, *).values.reduce(0, +)
      }
    }
    return Reference(point[position].shape) { index in
      (value(index, step) - value(index, -step)) / (2 * step)
    }
  }

  private func direction(_ shape: [Int], _ index: Int) -> Tensor {
    random(shape, seed: 1000 + UInt64(index))
  }
}

/// Normal numbers, different for each seed.
func random(_ shape: [Int], seed: UInt64, deviation: Float = 1) -> Tensor {
  var source = RandomSource(seed: seed, purpose: "laws")
  return .normal(shape, standardDeviation: deviation, using: &source)
}

/// Numbers at least 0.05 away from zero, of both signs.
func awayFromZero(_ shape: [Int], seed: UInt64) -> Tensor {
  let values = random(shape, seed: seed)
  return Tensor(shape: shape, values.scalars.map { $0 + ($0 < 0 ? -0.05 : 0.05) })
}

/// Intervals (centre and radius) whose ends are at least 0.05 from zero and whose ends are not
/// opposite: active, inactive and unstable ones.
func intervals(_ shape: [Int], seed: UInt64) -> [Tensor] {
  let center = random(shape, seed: seed).scalars
  var radius = random(shape, seed: seed &+ 77).scalars.map { abs($0) + 0.1 }
  for i in radius.indices where abs(abs(center[i]) - radius[i]) < 0.05 { radius[i] += 0.2 }
  let shifted = center.map { abs($0) < 0.02 ? $0 + 0.04 : $0 }
  return [Tensor(shape: shape, shifted), Tensor(shape: shape, radius)]
}
