import Bounds
import Networks
import Tensors

/// Estimates of the convex outer adversarial polytope's pre-activation bounds from random
/// projections (Wong et al. 2018, section 3.2): to train by, never to certify by.
///
/// Bounds by backward passes take two rows for each undecided neuron. An estimate carries a fixed
/// number of random vectors forwards instead, at a cost that does not grow with the number of
/// neurons.
extension Bounding {
  /// Replaces the pre-activation intervals of all ReLUs by estimates.
  ///
  /// With parallel lines around every ReLU, each value is an affine function of independent noise
  /// terms: one for each input scalar and one for each undecided neuron. With G the matrix of its
  /// coefficients, a scalar's radius is the sum `Σ_j |G_ij|` (for the input of ℓ2 the Euclidean
  /// norm). It is estimated from the products G·R with `count` random vectors, which pass the
  /// affine layers like values do: for R of Cauchy numbers as the median of the magnitudes (Li et
  /// al. 2007), for R of normal numbers as the root of the mean square.
  ///
  /// - Parameters:
  ///   - count: The number of random vectors; the more, the closer the estimates.
  ///   - random: Where the vectors are drawn from. All examples of the batch share them.
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
  /// - Throws: ``Bounds/BoundsError/projections(_:)`` for a layer in front of the last affine ones
  ///   that is neither affine nor ReLU, and for ℓ1.
  func checkProjections(within set: Perturbation) throws(BoundsError) {
    guard set.norm != .l1 else { throw .projections("ℓ1 perturbations") }
    for step in plan.steps.prefix(plan.tail) where step.affine == nil && !(step.layer is ReLU) {
      throw .projections("layer \(step.path) (\(type(of: step.layer).kind))")
    }
  }
}

/// A value of the network as its centre and the projections of its noise.
///
/// The exact value is `center + G·e` with noise terms e. Instead of G, which has a column for each
/// noise term so far, it holds G·R with k random columns.
private struct NoisyValue {
  /// The value at the middle of all noise, [batch, …shape].
  var center: Tensor
  /// Projections of the noise terms that are of absolute value up to 1 each, by Cauchy numbers:
  /// [batch, k, n]. nil where there are none.
  var bounded: Tensor?
  /// Projections of the noise terms that are of Euclidean norm up to 1 all together, by normal
  /// numbers: [batch, k, n]. nil but for ℓ2, where they are the input's.
  var round: Tensor?

  /// Creates a value from its parts, of which at least one kind of noise must be there.
  init(center: Tensor, bounded: Tensor?, round: Tensor?) {
    (self.center, self.bounded, self.round) = (center, bounded, round)
  }

  /// The network's input: for a box one bounded term for each scalar, with its radius as the
  /// coefficient; for an ℓ2 ball the round terms, with ε.
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

  /// What an affine layer makes of its inputs: centres go through the layer with its offset,
  /// projections through its linear part.
  ///
  /// - Parameters:
  ///   - count: The number k of projections.
  ///   - shape: The shape of the layer's output, without the batch axis.
  init(through layer: any AffineRule, _ inputs: [NoisyValue], count: Int, shape: [Int]) {
    let batch = inputs[0].center.shape[0]
    func mapped(_ columns: (NoisyValue) -> Tensor?) -> Tensor? {
      guard inputs.contains(where: { columns($0) != nil }) else { return nil }
      // Each projection is a separate image to the layer: k times as many as there are examples.
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

  /// The intervals that the projections estimate, around the centre.
  var box: Interval {
    let radii = [bounded.map(medianMagnitudes), round.map(rootMeanSquares)].compactMap { $0 }
    let radius = radii.dropFirst().reduce(radii[0], +)
    return Interval(center: center, radius: radius.reshaped(center.shape))
  }

  /// Returns the value behind a ReLU.
  ///
  /// Both lines have the slope u/(u − l), so the ReLU is `slope · h + offset` up to a new noise
  /// term of size `offset`, half the distance of the lines. Decided neurons have lines that
  /// coincide, and so no new term.
  ///
  /// - Parameter box: The intervals in front of it, that decide about the lines.
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
