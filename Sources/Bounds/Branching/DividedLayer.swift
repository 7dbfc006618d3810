import Tensors

/// The input of a layer that lines bound scalar by scalar, in a batch of domains.
struct DividedLayer {
  let value: Int
  /// Whether 0 is the only point to divide at, beside which the layer is linear.
  let isExactOnceDecided: Bool
  let box: Interval
  /// Over the output, [batch or 1, rows, n].
  let coefficients: Tensor
  /// [batch, rows, n].
  let slopes: Tensor?
  /// At the minimisers, [batch, …].
  let inputs, outputs: Tensor
  /// The outputs at the ends of the box, for a curved layer.
  let ends: (lower: Tensor, upper: Tensor)?

  init(
    _ step: BoundPlan.Step, _ box: Interval, coefficients: Tensor, slopes: Tensor?,
    inputs: Tensor, outputs: Tensor
  ) {
    value = step.inputs[0]
    isExactOnceDecided = step.layer.isExactOnceDecided
    (self.box, self.coefficients, self.slopes) = (box, coefficients, slopes)
    (self.inputs, self.outputs) = (inputs, outputs)
    ends =
      isExactOnceDecided
      ? nil : (step.layer.forward(all: [box.lower]), step.layer.forward(all: [box.upper]))
  }

  /// The best splits of a domain with their scores.
  func candidates(
    of domain: Int, row: Int, count: Int
  ) -> [(score: Float, candidate: Candidate)] {
    var found = ends.map { curved(domain, row, $0.lower, $0.upper) } ?? bent(domain, row)
    found.sort { $0.score > $1.score }
    return found.prefix(count).map { score, scalar, point in
      let split = Split(value: value, scalar: scalar, point: point, isAbove: true)
      let rows = 0..<coefficients.shape[1]
      return (
        score,
        Candidate(
          split, coefficients: rows.map { coefficients.scalar(scalar, row: $0, of: domain) },
          slopes: isExactOnceDecided
            ? rows.map { slopes?.scalar(scalar, row: $0, of: domain) ?? 0 } : nil)
      )
    }
  }

  private typealias Scored = (score: Float, scalar: Int, point: Float)

  /// Scalars of an open sign in front of a function that bends at 0.
  private func bent(_ domain: Int, _ row: Int) -> [Scored] {
    let coefficients = coefficients.row(row, of: domain)
    let slopes = slopes?.row(row, of: domain)
    let (center, radius) = (box.center.scalars(of: domain), box.radius.scalars(of: domain))
    let inputs = inputs.scalars(of: domain)
    return center.indices.compactMap { i in
      guard abs(center[i]) < radius[i] else { return nil }
      // Lines behind it may have taken it out of the form; others do not once they are decided.
      guard coefficients[i] != 0 else { return (radius[i] * 1e-20, i, 0) }
      let neuron = UndecidedNeuron(
        lower: center[i] - radius[i], upper: center[i] + radius[i], slope: slopes?[i] ?? 0)
      let score = neuron.loss(of: coefficients[i], at: inputs[i])
      return score > 0 ? (score, i, 0) : nil
    }
  }

  /// Scalars in front of a curved function, by how far it is from its chord; they are divided where
  /// the minimiser is, but not too near to an end.
  private func curved(_ domain: Int, _ row: Int, _ low: Tensor, _ high: Tensor) -> [Scored] {
    let coefficients = coefficients.row(row, of: domain)
    let (center, radius) = (box.center.scalars(of: domain), box.radius.scalars(of: domain))
    let (inputs, outputs) = (inputs.scalars(of: domain), outputs.scalars(of: domain))
    let (low, high) = (low.scalars(of: domain), high.scalars(of: domain))
    return center.indices.compactMap { i in
      let (l, r) = (center[i] - radius[i], radius[i])
      guard r > 1e-6 * (1 + abs(center[i])), coefficients[i] != 0 else { return nil }
      let part = min(max((inputs[i] - l) / (2 * r), 0), 1)
      let gap = abs(low[i] + part * (high[i] - low[i]) - outputs[i])
      let score = abs(coefficients[i]) * (gap + 0.05 * r * abs(high[i] - low[i]))
      let point = l + 2 * r * min(max(part, 0.25), 0.75)
      return score > 0 ? (score, i, point) : nil
    }
  }
}

/// A ReLU whose sign is open, with its lines.
private struct UndecidedNeuron {
  let lower, upper: Float
  /// The lower line's slope.
  let slope: Float

  /// Returns what a form's coefficient loses by the lines at a pre-activation, and a little of what
  /// it loses at most.
  func loss(of coefficient: Float, at z: Float) -> Float {
    if coefficient < 0 {
      let chord = upper / (upper - lower)
      return -coefficient * (chord * (z - lower) - max(z, 0) - 0.05 * lower * chord)
    }
    let most = max((1 - slope) * upper, -slope * lower)
    return coefficient * (max(z, 0) - slope * z + 0.02 * most)
  }
}
