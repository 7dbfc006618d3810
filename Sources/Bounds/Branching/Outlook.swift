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
  private let bounding: Bounding
  private let choices: Choices
  private let rows: [Int]
  /// Coefficients over the output of each relaxed layer.
  private var coefficients: [Int: Tensor] = [:]
  /// What each relaxed layer reads at the minimisers.
  private var inputs: [Int: Tensor] = [:]

  /// How many candidates are kept of a domain.
  private static let kept = 12

  /// Looks at domains.
  ///
  /// - Parameter rows: For each domain the row that is to be proved.
  init(
    _ bounding: Bounding, _ form: GraphForm, _ slope: ReLUSlope, _ choices: Choices, rows: [Int]
  ) {
    (self.bounding, self.choices, self.rows) = (bounding, choices, rows)
    let plan = bounding.plan
    var seen: [Int: Tensor] = [:]
    let pulled = bounding.inRealArithmetic.pulled(
      form, from: plan.tail, to: 0, slope: slope, choices
    ) { if plan.steps[$0].affine == nil { seen[$0] = $1 } }
    coefficients = seen
    minimizers = bounding.input.minimizers(of: pulled.coefficients[0], rows: rows)
    var values = [minimizers]
    for step in plan.steps.prefix(plan.tail) {
      values.append(step.layer.forward(all: step.inputs.map { values[$0] }))
    }
    for index in seen.keys { inputs[index] = values[plan.steps[index].inputs[0]] }
  }

  /// The splits that promise most in a domain, best first.
  func candidates(of domain: Int) -> [Candidate] {
    var best = coefficients.keys.sorted().flatMap { candidates(of: domain, at: $0) }
    best.sort { $0.score > $1.score }
    return best.prefix(Self.kept).map(\.candidate)
  }

  /// The best splits in front of one layer.
  private func candidates(
    of domain: Int, at index: Int
  ) -> [(score: Float, candidate: Candidate)] {
    let value = bounding.plan.steps[index].inputs[0]
    guard value > 0 else { return [] }
    let box = bounding.regions[value].box
    let size = box.center.count / box.center.shape[0]
    guard let all = coefficients[index], all.shape[2] == size else { return [] }
    let row = rows[domain]
    let coefficients = all.row(row, of: domain)
    let slopes = choices.slopes[index]?.row(row, of: domain)
    let (center, radius) = (box.center.scalars(of: domain), box.radius.scalars(of: domain))
    let inputs = inputs[index]!.scalars(of: domain)
    var found: [(score: Float, scalar: Int)] = []
    for i in 0..<size where abs(center[i]) < radius[i] && coefficients[i] != 0 {
      let neuron = UndecidedNeuron(
        lower: center[i] - radius[i], upper: center[i] + radius[i], slope: slopes?[i] ?? 0)
      let score = neuron.loss(of: coefficients[i], at: inputs[i])
      if score > 0 { found.append((score, i)) }
    }
    found.sort { $0.score > $1.score }
    return found.prefix(Self.kept).map { score, scalar in
      let split = Split(value: value, scalar: scalar, point: 0, isAbove: true)
      let rows = 0..<all.shape[1]
      return (
        score,
        Candidate(
          split, coefficients: rows.map { all.scalar(scalar, row: $0, of: domain) },
          slopes: rows.map { choices.slopes[index]?.scalar(scalar, row: $0, of: domain) ?? 0 })
      )
    }
  }
}

/// A ReLU whose sign is open, with its lines.
private struct UndecidedNeuron {
  let lower, upper: Float
  /// The lower line's slope.
  let slope: Float

  /// What a form's coefficient loses by the lines: at a pre-activation, and a little of what it loses
  /// at most.
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
  /// - Parameter form: [batch or 1, rows, n].
  func minimizers(of form: Tensor?, rows: [Int]) -> Tensor {
    var points = center
    guard let form else { return points }
    let (count, size) = (form.shape[1], form.shape[2])
    let box = box
    points.modify { points in
      form.read { form in
        box.radius.read { radius in
          for example in rows.indices {
            let start =
              (form.count == count * size ? 0 : example * count * size) + rows[example] * size
            for i in 0..<size {
              let (coefficient, j) = (form[start + i], example * size + i)
              points[j] += coefficient > 0 ? -radius[j] : coefficient < 0 ? radius[j] : 0
            }
          }
        }
      }
    }
    return points
  }
}
