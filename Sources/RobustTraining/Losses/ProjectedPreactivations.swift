import Bounds
import Networks
import Tensors

/// Estimates of the convex outer adversarial polytope's pre-activation bounds from random
/// projections (Wong et al. 2018, section 3.2): to train by, never to certify by.
extension Bounding {
  /// Replaces the pre-activation intervals of all ReLUs by estimates.
  ///
  /// With parallel lines around every ReLU, each value is an affine function of independent noise
  /// terms: one for each input scalar and one for each undecided neuron. The sum of a scalar's
  /// coefficients (ℓ2: their Euclidean norm) is its radius; it is estimated from their products
  /// with `count` random vectors, carried forwards through the affine layers.
  ///
  /// - Precondition: ``BoundedNetwork/checkProjections(within:)`` throws nothing.
  mutating func estimatePreactivations(
    projections count: Int, using random: inout RandomSource
  ) {
    var values = [NoisyValue(input, count: count, using: &random)]
    for step in plan.steps.prefix(plan.tail) {
      let inputs = step.inputs.map { values[$0] }
      if let layer = step.affine {
        values.append(NoisyValue(through: layer, inputs, count: count, shape: step.outputShape))
      } else {
        precondition(step.layer is ReLU, "layer \(step.path) is neither affine nor ReLU")
        let box = inputs[0].box
        regions[step.inputs[0]] = .box(box)
        values.append(inputs[0].throughReLU(box, using: &random))
      }
    }
  }
}

extension BoundedNetwork {
  /// Refuses what random projections cannot estimate.
  ///
  /// - Throws: ``Bounds/BoundsError/projections(_:)`` for a layer that is neither affine nor ReLU,
  ///   and for ℓ1.
  func checkProjections(within set: Perturbation) throws(BoundsError) {
    guard set.norm != .l1 else { throw .projections("ℓ1 perturbations") }
    for step in plan.steps.prefix(plan.tail) where step.affine == nil && !(step.layer is ReLU) {
      throw .projections("layer \(step.path) (\(type(of: step.layer).kind))")
    }
  }
}

/// A value as centre and projected noise.
private struct NoisyValue {
  /// [batch, …shape].
  var center: Tensor
  /// Noise terms of absolute value up to 1, times Cauchy numbers: [batch, k, n].
  var bounded: Tensor?
  /// Noise terms of Euclidean norm up to 1 in all, times normal numbers: [batch, k, n].
  var round: Tensor?

  init(center: Tensor, bounded: Tensor?, round: Tensor?) {
    (self.center, self.bounded, self.round) = (center, bounded, round)
  }

  init(_ input: Region, count: Int, using random: inout RandomSource) {
    let n = input.center.count / input.batch
    switch input {
    case .box(let box):
      let noise = Tensor.cauchy([count, n], using: &random)
      let zeros = Tensor.zeros([input.batch, count, n])
      let radius = box.radius.reshaped([input.batch, n])
      self.init(
        center: box.center,
        bounded: scaledNoise(zeros, slope: .zeros(radius.shape), offset: radius, noise: noise),
        round: nil)
    case .ball(let ball):
      precondition(ball.dual == .two, "random projections are of boxes and ℓ2 balls")
      let noise = Tensor.normal([1, count * n], standardDeviation: ball.epsilon, using: &random)
      self.init(
        center: ball.center, bounded: nil,
        round: noise.repeated(input.batch).reshaped([input.batch, count, n]))
    }
  }

  /// What an affine layer makes of its inputs.
  init(through layer: any AffineRule, _ inputs: [NoisyValue], count: Int, shape: [Int]) {
    let batch = inputs[0].center.shape[0]
    func mapped(_ columns: (NoisyValue) -> Tensor?) -> Tensor? {
      guard inputs.contains(where: { columns($0) != nil }) else { return nil }
      let images = inputs.map { value in
        let shape = [batch * count] + value.center.shape.dropFirst()
        return columns(value)?.reshaped(shape) ?? .zeros(shape)
      }
      return layer.linearMap(images).reshaped([batch, count, shape.reduce(1, *)])
    }
    self.init(
      center: layer.forward(all: inputs.map(\.center)), bounded: mapped(\.bounded),
      round: mapped(\.round))
  }

  var box: Interval {
    let radii = [bounded.map(medianMagnitudes), round.map(rootMeanSquares)].compactMap { $0 }
    let radius = radii.dropFirst().reduce(radii[0], +)
    return Interval(center: center, radius: radius.reshaped(center.shape))
  }

  /// Both lines have the slope u/(u − l): half their distance is a new noise term.
  func throughReLU(_ box: Interval, using random: inout RandomSource) -> NoisyValue {
    let lines = activationLines(
      .leakyReLU(slope: 0), center: box.center.flattenedRows, radius: box.radius.flattenedRows,
      slope: .same)
    let (slope, offset) = (lines.upperSlope, lines.upperIntercept * 0.5)
    let k = (bounded ?? round)!.shape[1]
    let noise = Tensor.cauchy([k, slope.shape[1]], using: &random)
    let zeros = Tensor.zeros([slope.shape[0], k, slope.shape[1]])
    let flat = center.flattenedRows * slope + offset
    return NoisyValue(
      center: flat.reshaped(center.shape),
      bounded: scaledNoise(bounded ?? zeros, slope: slope, offset: offset, noise: noise),
      round: round.map {
        scaledNoise($0, slope: slope, offset: .zeros(offset.shape), noise: .zeros(noise.shape))
      })
  }
}
