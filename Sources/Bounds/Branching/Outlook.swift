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
  private var layers: [DividedLayer] = []

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
    layers = seen.keys.sorted().compactMap { index in
      let step = plan.steps[index]
      guard step.layer.isScalarwise, step.inputs[0] > 0 else { return nil }
      return DividedLayer(
        step, bounding.regions[step.inputs[0]].box, coefficients: seen[index]!,
        slopes: choices.slopes[index], inputs: values[step.inputs[0]], outputs: values[index + 1])
    }
  }

  /// The splits that promise most in a domain, best first.
  func candidates(of domain: Int) -> [Candidate] {
    var best = layers.flatMap { layer in
      layer.candidates(of: domain, row: rows[domain], count: NeuronBranching.tries)
    }
    best.sort { $0.score > $1.score }
    return best.prefix(NeuronBranching.tries).map(\.candidate)
  }
}
