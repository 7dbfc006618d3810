import Experiments

/// Texts for each setting of the table: some that mean another value than the default, and some
/// that must be refused.
struct SettingSamples {
  let good: [String]
  let bad: [String]
  /// Settings that it is given beside.
  let context: [String: String]

  private init(_ good: [String], bad: [String], beside context: [String: String] = [:]) {
    (self.good, self.bad, self.context) = (good, bad, context)
  }

  static let all: [String: SettingSamples] = [
    "dataset": .init(["mnist"], bad: ["minst"]),
    "data": .init(["/folder/of: data"], bad: [""]),
    "images.size": .init(["8x9"], bad: ["0x4", "8", "8x9x3", "5000x4"]),
    "images.channels": .init(["3"], bad: ["2"]),
    "images.layout": .init(["channels-first"], bad: ["first"]),
    "augment": .init(["none"], bad: ["flip"], beside: ["dataset": "cifar10"]),
    "augment.flip": .init(["true"], bad: ["maybe"]),
    "augment.crop": .init(["3"], bad: ["-1", "4097", "1.5"]),
    "augment.fill": .init(["edge"], bad: ["black"], beside: ["augment.crop": "2"]),
    "model.start": .init(["/m.onnx"], bad: [""]),
    "model.name": .init(["mlp"], bad: ["vgg"]),
    "model.blocks": .init(["2"], bad: ["0", "65537", "x"]),
    "model.hidden": .init(["48"], bad: ["0", "65537", "x"]),
    "model.kernel": .init(["5"], bad: ["0", "x"]),
    "model.width": .init(["2"], bad: ["0", "x"]),
    "model.mean": .init(["0.5"], bad: ["x", "nan"], beside: ["model.std": "0.25"]),
    "model.std": .init(["0.25"], bad: ["0", "-1", "x"], beside: ["model.mean": "0.5"]),
    "perturbation.norm": .init(["l2"], bad: ["l3"]),
    "perturbation.epsilon": .init(["0.25"], bad: ["-0.1", "x", "nan", "8"]),
    "perturbation.train-epsilon": .init(["0.4"], bad: ["-1", "inf"]),
    "perturbation.clip": .init(["none"], bad: ["1,0", "1", "x"]),
    "objective.name": .init(["ibp"], bad: ["pdg"]),
    "objective.beta": .init(["1,0.5"], bad: ["2", "-0.1", "1,0,1"]),
    "objective.kappa": .init(["0.5"], bad: ["2", "-0.1", "1,0,1"]),
    "objective.margins": .init(["fused"], bad: ["some"]),
    "objective.slope": .init(["zero"], bad: ["two"]),
    "objective.projections": .init(["7"], bad: ["0", "10001"]),
    "objective.weight": .init(["0.25"], bad: ["-1"]),
    "objective.tolerance": .init(["0.25"], bad: ["0"]),
    "objective.alpha": .init(["0.25"], bad: ["1.5", "-0.5"]),
    "objective.share": .init(["0.25"], bad: ["1.5", "-0.5"]),
    "objective.attack.steps": .init(["3"], bad: ["0", "1001"]),
    "objective.attack.step": .init(["0.5"], bad: ["0"]),
    "schedule.epochs": .init(["30"], bad: ["0", "1000001", "1.5"]),
    "schedule.batch-size": .init(["64"], bad: ["0", "65537"]),
    "schedule.accumulate": .init(["2"], bad: ["0", "65537"]),
    "schedule.ramp.start": .init(["2"], bad: ["-1", "41"]),
    "schedule.ramp.length": .init(["5"], bad: ["-1", "40"]),
    "schedule.ramp.shape": .init(["smoothed"], bad: ["cubic"]),
    "optimizer.name": .init(["sgd"], bad: ["adma"]),
    "optimizer.learning-rate": .init(["0.02"], bad: ["0", "-1", "inf"]),
    "optimizer.decay": .init(["none"], bad: ["some"]),
    "optimizer.decay.factor": .init(["0.25"], bad: ["0", "1.5"]),
    "optimizer.decay.every": .init(["7"], bad: ["0"]),
    "optimizer.decay.after": .init([], bad: ["epoch"]),
    "optimizer.decay.milestones": .init(["3,7"], bad: ["-1", "x"]),
    "optimizer.clip-norm": .init(["10"], bad: ["0", "-1"]),
    "optimizer.weight-decay": .init(["0.1"], bad: ["-1"]),
    "optimizer.beta1": .init(["0.8"], bad: ["1", "-0.1"]),
    "optimizer.beta2": .init(["0.99"], bad: ["1", "-0.1"]),
    "optimizer.epsilon": .init(["1e-6"], bad: ["0", "-1"]),
    "optimizer.momentum": .init(["0.5"], bad: ["1", "-0.1"]),
    "optimizer.nesterov": .init(["false"], bad: ["maybe"]),
    "optimizer.average-from": .init(["3"], bad: ["0", "41"]),
    "optimizer.l1": .init(["0.001"], bad: ["-1"]),
    "evaluate.methods": .init(
      ["ibp, crown(slope:zero)"],
      bad: ["pgd", "crown(slope: two)", "ibp(slope: zero)", "crown(iterations: 3)"]),
    "evaluate.slope": .init(["zero"], bad: ["two"]),
    "evaluate.attack.name": .init(["apgd"], bad: ["pdg"]),
    "evaluate.attack.loss": .init(["cross-entropy", "margin"], bad: ["hinge"]),
    "evaluate.attack.steps": .init(["7"], bad: ["0", "100001"]),
    "evaluate.attack.restarts": .init(["2"], bad: ["0", "100001"]),
    "evaluate.attack.step": .init(["0.5"], bad: ["0"]),
    "evaluate.attack.decay": .init([], bad: ["some"]),
    "evaluate.attack.decay.factor": .init(["0.5"], bad: ["0", "2"]),
    "evaluate.attack.decay.milestones": .init(["0.25,0.75"], bad: ["0", "1", "x"]),
    "evaluate.examples": .init(["9"], bad: ["0", "x"]),
    "seed": .init(["18446744073709551615"], bad: ["-1", "x"]),
    "holdout": .init(["3"], bad: ["-1"]),
    "train-examples": .init(["9"], bad: ["0"]),
  ]
}

extension Setting {
  /// What stands beside a sample, for each thing that has the setting.
  func contexts(_ samples: SettingSamples) -> [[String: String]] {
    guard let owner else { return [samples.context] }
    return owner.names.map { name in samples.context.merging([owner.path: name]) { $1 } }
  }
}

/// Settings as the text of a recipe file.
func blockYAML(_ settings: [String: String]) -> String {
  func lines(_ entries: [(keys: ArraySlice<Substring>, text: String)], _ depth: Int) -> [String] {
    let space = String(repeating: "  ", count: depth)
    return Dictionary(grouping: entries) { $0.keys.first! }.flatMap { key, group in
      let inner = group.filter { $0.keys.count > 1 }.map { ($0.keys.dropFirst(), $0.text) }
      return inner.isEmpty
        ? ["\(space)\(key): \"\(group[0].text)\""]
        : ["\(space)\(key):"] + lines(inner, depth + 1)
    }
  }
  return lines(settings.map { ($0.key.split(separator: ".")[...], $0.value) }, 0)
    .joined(separator: "\n")
}
