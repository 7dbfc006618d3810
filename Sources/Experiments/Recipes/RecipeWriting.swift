import Bounds
import Relaxations
import RobustTraining
import Tensors
import Verification

extension Recipe {
  /// The complete recipe as YAML: every setting, none left to a default; reads back as an equal
  /// recipe.
  public var yaml: String {
    let data = [data.map { "data: \(Self.quoted($0))" }] + dataTexts
    let sections =
      ["dataset: \(dataset.rawValue)"] + data + [
        "model: \(modelText)", "perturbation: \(perturbationText)", "objective: \(objectiveText)",
        "schedule: \(scheduleText)", "optimizer: \(optimizerText)", "evaluate: \(evaluationText)",
        "seed: \(seed)", holdout.map { "holdout: \($0)" },
        trainExamples.map { "train-examples: \($0)" },
      ]
    return sections.compactMap { $0 }.joined(separator: "\n") + "\n"
  }

  private var modelText: String {
    if let start = model.start { return Self.mapping(["start: \(Self.quoted(start))"]) }
    let architecture = model.architecture
    var parts = ["name: \(architecture.name)"]
    for (key, values) in architecture.options.sorted(by: { $0.key < $1.key }) {
      parts.append("\(key): \(architecture.name == "mlp" ? Self.list(values) : "\(values[0])")")
    }
    if model.normalizesByData {
      parts.append("mean: data")
    } else if model.mean.isEmpty, !Recipe(for: dataset).model.mean.isEmpty {
      parts.append("mean: none")
    } else if !model.mean.isEmpty {
      parts.append("mean: \(Self.list(model.mean))")
      parts.append("std: \(Self.list(model.standardDeviation))")
    }
    return Self.mapping(parts)
  }

  private var perturbationText: String {
    let clip = perturbation.domain.map { Self.list([$0.lowerBound, $0.upperBound]) }
    return Self.mapping([
      "norm: \(perturbation.norm.rawValue)", "epsilon: \(EpsilonText.exact(perturbation.epsilon))",
      "train-epsilon: \(EpsilonText.exact(trainEpsilon))", "clip: \(clip ?? "none")",
    ])
  }

  private var objectiveText: String {
    func mix(_ mix: Objective.Mix) -> String { Self.list([mix.start, mix.end]) }
    var parts = ["name: \(objective.name)"]
    switch objective {
    case .natural: break
    case .interval(let kappa): parts.append("kappa: \(mix(kappa))")
    case .crown(let kappa, let slope, let projections):
      parts.append("kappa: \(mix(kappa))")
      parts.append(
        slope == .same
          ? "projections: \(projections.map(String.init) ?? "none")" : "slope: \(slope.rawValue)")
    case .shortWarmup(let kappa, let weight, let tolerance):
      parts += ["kappa: \(mix(kappa))", "weight: \(weight)", "tolerance: \(tolerance)"]
    case .attacked(let objective):
      if let (name, value) = objective.setting { parts.append("\(name): \(value)") }
      let attack = objective.attack
      parts.append(
        "attack: "
          + Self.mapping(["steps: \(attack.steps)", "step: \(attack.relativeStep)"]))
    case .crownIBP(let beta, let kappa, let margins, let slope):
      parts += [
        "beta: \(mix(beta))", "kappa: \(mix(kappa))", "margins: \(margins.rawValue)",
        "slope: \(slope.rawValue)",
      ]
    }
    return Self.mapping(parts)
  }

  private var scheduleText: String {
    let ramp = Self.mapping([
      "start: \(schedule.ramp.start)", "length: \(schedule.ramp.length)",
      "shape: \(schedule.ramp.shape.rawValue)",
    ])
    var parts = ["epochs: \(schedule.epochs)", "batch-size: \(schedule.batchSize)"]
    if schedule.batchesPerStep > 1 { parts.append("accumulate: \(schedule.batchesPerStep)") }
    return Self.mapping(parts + ["ramp: \(ramp)"])
  }

  private var optimizerText: String {
    let decay =
      switch optimizer.decay {
      case .constant: "none"
      case .milestones(let epochs, let factor):
        Self.mapping(["factor: \(factor)", "milestones: \(Self.list(epochs))"])
      case .afterRamp(let every, let factor):
        Self.mapping(["factor: \(factor)", "every: \(every)", "after: ramp"])
      }
    var parts = [
      "name: \(optimizer.name)", "learning-rate: \(optimizer.learningRate)", "decay: \(decay)",
      "clip-norm: \(optimizer.clipNorm.map { "\($0)" } ?? "none")",
    ]
    if optimizer.name != "adam" { parts.append("weight-decay: \(optimizer.weightDecay)") }
    if case .descent(let momentum, let nesterov) = optimizer.rule {
      parts += ["momentum: \(momentum)", "nesterov: \(nesterov)"]
    }
    if let epoch = optimizer.averageFrom { parts.append("average-from: \(epoch)") }
    if optimizer.l1 > 0 { parts.append("l1: \(optimizer.l1)") }
    return Self.mapping(parts)
  }

  private var evaluationText: String {
    let slope = evaluation.methods.lazy.compactMap(\.slope).first ?? objective.slope
    return Self.mapping([
      "methods: \(Self.list(evaluation.methods))", "slope: \(slope.rawValue)",
      "attack: \(Self.mapping(evaluation.attack.settings))",
      "examples: \(evaluation.examples.map { "\($0)" } ?? "all")",
    ])
  }

  static func mapping(_ parts: [String]) -> String {
    "{ \(parts.joined(separator: ", ")) }"
  }

  static func list<Value>(_ values: [Value]) -> String {
    "[\(values.map { "\($0)" }.joined(separator: ", "))]"
  }

  /// A text in double quotes, as YAML and JSON both read it.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\u{0}"..<"\u{20}", "\u{7f}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

extension BoundMethod {
  /// The lower line of unstable ReLUs, of methods that need one.
  public var slope: ReLUSlope? {
    switch self {
    case .interval: nil
    case .crownIBP(let slope), .crown(let slope), .alphaCROWN(let slope, _): slope
    }
  }
}
