import Networks
import Relaxations
import Tensors

/// Where the linear bounds of domains are least, and which neurons are to blame for what they lose
/// there.
///
/// At the input where a domain's linear bound is least, the network itself is larger by a sum of
/// losses: for each neuron its coefficient times the distance of the line from the function. The
/// neuron with the largest loss is the first to decide. Neurons whose lines lose nothing there still
/// loosen the bound elsewhere, by their intercepts (Bunel et al. 2020, BaBSR); they come after.
struct Outlook {
  /// The inputs, [batch, …].
  let minimizers: Tensor
  private let rows: [Int]
  /// The layers whose inputs can be divided, ascending.
  private var fronts: [Front] = []

  /// Looks at domains.
  ///
  /// - Parameter rows: For each domain the row that is to be proved.
  init(
    _ bounding: Bounding, _ form: GraphForm, _ slope: ReLUSlope, _ choices: Choices, rows: [Int]
  ) {
    self.rows = rows
    let plan = bounding.plan
    var seen: [Int: Tensor] = [:]
    let pulled = bounding.inRealArithmetic.pulled(
      form, from: plan.tail, to: 0, slope: slope, choices
    ) { if plan.steps[$0].affine == nil { seen[$0] = $1 } }
    minimizers = bounding.input.minimizers(of: pulled.coefficients[0], rows: rows)
    var values = [minimizers]
    for step in plan.steps.prefix(plan.tail) {
      values.append(step.layer.forward(all: step.inputs.map { values[$0] }))
    }
    fronts = seen.keys.sorted().compactMap { index in
      let step = plan.steps[index]
      guard step.layer.isScalarwise, step.inputs[0] > 0 else { return nil }
      return Front(
        step, bounding.regions[step.inputs[0]].box, coefficients: seen[index]!,
        slopes: choices.slopes[index], inputs: values[step.inputs[0]], outputs: values[index + 1])
    }
  }

  /// The splits that promise most in a domain, best first.
  func candidates(of domain: Int) -> [Candidate] {
    var best = fronts.flatMap { front in
      front.candidates(of: domain, row: rows[domain], count: NeuronBranching.tries)
    }
    best.sort { $0.score > $1.score }
    return best.prefix(NeuronBranching.tries).map(\.candidate)
  }
}

/// The input of a layer that lines bound scalar by scalar, in a batch of domains.
private struct Front {
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

extension Tensor {
  /// The scalars of an example, [batch, …].
  fileprivate func scalars(of example: Int) -> [Float] {
    let size = count / shape[0]
    return read { Array($0[example * size..<(example + 1) * size]) }
  }

  /// A row of an example's form, [batch or 1, rows, n].
  fileprivate func row(_ row: Int, of example: Int) -> [Float] {
    let start = ((shape[0] == 1 ? 0 : example) * shape[1] + row) * shape[2]
    return read { Array($0[start..<start + shape[2]]) }
  }

  /// A coefficient of an example's form.
  fileprivate func scalar(_ i: Int, row: Int, of example: Int) -> Float {
    read { $0[((shape[0] == 1 ? 0 : example) * shape[1] + row) * shape[2] + i] }
  }
}

extension Region {
  /// The points of the sets at which forms Λ·x are least: for each example by one of its rows.
  ///
  /// - Parameter form: [batch or 1, rows, n]; nil for a form without coefficients.
  func minimizers(of form: Tensor?, rows: [Int]) -> Tensor {
    var points = center
    guard let form else { return points }
    let size = form.shape[2]
    let radii = box.radius
    points.modify { points in
      for example in rows.indices {
        let radius = radii.scalars(of: example)
        let steps = steps(along: form.row(rows[example], of: example), radius)
        for i in 0..<size { points[example * size + i] += steps[i] }
      }
    }
    return points
  }

  /// The way from a set's centre to where Λ·x is least.
  ///
  /// - Parameter radius: The radii of the box around the set; a ball has the same in all directions,
  ///   as the input's have.
  private func steps(along form: [Float], _ radius: [Float]) -> [Float] {
    guard case .ball(let ball) = self else {
      return zip(form, radius).map { $0 > 0 ? -$1 : $0 < 0 ? $1 : 0 }
    }
    if ball.dual == .two {
      let norm = form.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return form.map { norm > 0 ? -ball.epsilon * $0 / norm : 0 }
    }
    let largest = form.indices.max { abs(form[$0]) < abs(form[$1]) }
    return form.indices.map { i in
      i == largest ? (form[i] > 0 ? -ball.epsilon : ball.epsilon) : 0
    }
  }
}
