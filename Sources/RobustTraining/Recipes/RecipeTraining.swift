import Bounds
import Networks
import Tensors

/// The sections of a recipe that decide the training.
extension Recipe {
  mutating func readModel(_ top: RecipeFields) throws {
    let fields = try top.fields(
      "model", known: ["name", "width", "blocks", "hidden", "kernel", "mean", "std", "start"])
    let name = try fields["name"]?.choice(Architecture.names.map { ($0, $0) })
    let options = try Self.architectureOptions(fields, name ?? model.architecture.name)
    if name != nil && name != model.architecture.name || !options.isEmpty {
      var all = name == model.architecture.name || name == nil ? model.architecture.options : [:]
      all.merge(options) { $1 }
      do {
        model.architecture = try Architecture(
          name: name ?? model.architecture.name, options: all)
      } catch {
        throw RecipeError(fields.place("name", "width", "blocks", "hidden", "kernel"), "\(error)")
      }
    }
    model.start = try start(fields)
    try readNormalization(fields)
  }

  /// A start given as an option drops the file's architecture; an architecture given so drops the start.
  private func start(_ fields: RecipeFields) throws -> String? {
    guard let value = fields["start"] else { return nil }
    let others = ["name", "width", "blocks", "hidden", "kernel", "mean", "std"]
    let isOverridden = fields.isOverridden("start")
    for key in others where fields[key] != nil {
      if fields.isOverridden(key), !isOverridden { return nil }
      guard isOverridden, !fields.isOverridden(key) else {
        throw fields[key]!.fail("\(key) and start", "a start brings its own network: leave one out")
      }
    }
    return try value.text()
  }

  /// Options of the architecture; those of the file are dropped where an option of the command
  /// line names another one, which they were not meant for.
  private static func architectureOptions(
    _ fields: RecipeFields, _ name: String
  ) throws -> [String: [Int]] {
    var options: [String: [Int]] = [:]
    for key in ["width", "blocks", "hidden", "kernel"] {
      guard let value = fields[key], !fields.isOverridden("name") || fields.isOverridden(key)
      else { continue }
      guard Architecture.optionNames(of: name).contains(key) else {
        let known = Architecture.optionNames(of: name)
        throw value.fail(
          "\(name) has no option \(key)",
          known.isEmpty ? "it takes none" : "it takes \(known.joined(separator: ", "))")
      }
      options[key] = try value.list().map { try $0.integer(1...65_536) }
    }
    return options
  }

  mutating func readObjective(_ top: RecipeFields) throws {
    let keys = [
      "beta", "kappa", "margins", "slope", "alpha", "share", "weight", "tolerance", "attack",
      "projections",
    ]
    let fields = try top.fields("objective", known: ["name"] + keys)
    let name = try fields["name"]?.choice(Objective.names.map { ($0, $0) }) ?? objective.name
    let allowed = Objective.settings(of: name)
    func value(_ key: String) throws -> RecipeFields.Value? {
      guard let value = fields[key] else { return nil }
      if allowed.contains(key) { return value }
      // What the file says was for the objective that an option replaces.
      if fields.isOverridden("name"), !fields.isOverridden(key) { return nil }
      throw value.fail("\(key) has no meaning for the objective \(name)", "leave it out")
    }
    for key in keys { _ = try value(key) }
    let kappa = try value("kappa").map(Self.mix) ?? .constant(0)
    let beta = try value("beta").map(Self.mix) ?? Objective.Mix(from: 1, to: 0)
    let margins = try value("margins")?.choice(Objective.MarginForm.self) ?? .all
    let slope = try value("slope")?.choice(ReLUSlope.self) ?? .adaptive
    switch name {
    case "natural": objective = .natural
    case "ibp": objective = .interval(kappa: kappa)
    case "crown": objective = .crown(kappa: kappa, slope: slope)
    case "convex-polytope":
      objective = .crown(
        kappa: kappa, slope: .same,
        projections: try value("projections").flatMap {
          $0.node.scalar?.string == "none" ? nil : try $0.integer(1...10_000)
        })
    case "short-warmup":
      objective = .shortWarmup(
        kappa: kappa, weight: try value("weight")?.number("zero or more") { $0 >= 0 } ?? 0.5,
        tolerance: try value("tolerance")?.number("above 0") { $0 > 0 } ?? 0.5)
    case "crown-ibp":
      objective = .crownIBP(beta: beta, kappa: kappa, margins: margins, slope: slope)
    default:
      let weight = try value("weight")?.number("zero or more") { $0 >= 0 } ?? 6
      let alpha = try (value("alpha") ?? value("share"))?.number("from 0 to 1") { 0...1 ~= $0 }
      let attack = try value("attack") == nil ? TrainingAttack() : Self.trainingAttack(fields)
      objective = .attacked(
        AttackedObjective(name: name, weight: weight, alpha: alpha ?? 0.5, attack: attack)!)
    }
  }

  private static func trainingAttack(_ objective: RecipeFields) throws -> TrainingAttack {
    let fields = try objective.fields("attack", known: ["steps", "step"])
    var attack = TrainingAttack()
    if let value = fields["steps"] { attack.steps = try value.integer(1...1000) }
    if let value = fields["step"] { attack.relativeStep = try value.number("above 0") { $0 > 0 } }
    return attack
  }

  private static func mix(_ value: RecipeFields.Value) throws -> Objective.Mix {
    let items = try value.list()
    guard (1...2).contains(items.count) else {
      throw value.expected("a number or [start, end]")
    }
    let numbers = try items.map { try $0.number("from 0 to 1") { (0...1).contains($0) } }
    return Objective.Mix(from: numbers[0], to: numbers[numbers.count - 1])
  }

  mutating func readSchedule(_ top: RecipeFields) throws {
    let fields = try top.fields("schedule", known: ["epochs", "batch-size", "accumulate", "ramp"])
    let epochs = try fields["epochs"]?.integer(1...1_000_000) ?? schedule.epochs
    let batch = try fields["batch-size"]?.integer(1...65_536) ?? schedule.batchSize
    schedule = Self.schedule(epochs: epochs, batchSize: batch)
    schedule.batchesPerStep = try fields["accumulate"]?.integer(1...65_536) ?? 1
    let ramp = try fields.fields("ramp", known: ["start", "length", "shape"])
    if let value = ramp["start"] { schedule.ramp.start = try value.integer(0...1_000_000) }
    if let value = ramp["length"] {
      schedule.ramp.length = try value.integer(0...1_000_000)
    } else if ramp["start"] != nil {
      schedule.ramp.length = min(schedule.ramp.length, max(epochs - schedule.ramp.start, 0))
    }
    schedule.ramp.shape = try ramp["shape"]?.choice(EpsilonRamp.Shape.self) ?? .linear
    guard schedule.ramp.firstFullEpoch <= epochs else {
      let place =
        fields.isOverridden("epochs")
        ? fields.place("epochs") : ramp.place("length", "start")
      throw RecipeError(
        place, "the ramp ends after \(schedule.ramp.firstFullEpoch) epochs of \(epochs)",
        remedy: "shorten the ramp (start, length) or train for more epochs")
    }
  }

  mutating func readOptimizer(_ top: RecipeFields) throws {
    let fields = try top.fields(
      "optimizer",
      known: [
        "name", "learning-rate", "decay", "clip-norm", "weight-decay", "l1", "momentum", "nesterov",
        "average-from",
      ])
    let name = try fields["name"]?.choice(["adam", "adamw", "sgd"].map { ($0, $0) }) ?? "adam"
    try readRule(name, fields)
    if let value = fields["learning-rate"] {
      optimizer.learningRate = try value.number("above 0") { $0 > 0 }
    }
    optimizer.averageFrom = try fields["average-from"].flatMap {
      $0.node.scalar?.string == "none" ? nil : try $0.integer(0...schedule.epochs - 1)
    }
    optimizer.clipNorm = try fields["clip-norm"].flatMap {
      $0.node.scalar?.string == "none" ? nil : try $0.number("above 0") { $0 > 0 }
    }
    if fields["decay"]?.node.scalar?.string == "none" {
      optimizer.decay = .constant
    } else if fields["decay"] != nil {
      optimizer.decay = try Self.decay(
        fields.fields("decay", known: ["factor", "every", "after", "milestones"]))
    }
  }

  private mutating func readRule(_ name: String, _ fields: RecipeFields) throws {
    for (key, owner) in [
      ("weight-decay", ["adamw", "sgd"]), ("momentum", ["sgd"]), ("nesterov", ["sgd"]),
    ]
    where fields[key] != nil && !owner.contains(name) {
      // What the file says was for the optimiser that an option replaces.
      if fields.isOverridden("name"), !fields.isOverridden(key) { continue }
      throw fields[key]!.fail("\(key) has no meaning for \(name)", "leave it out")
    }
    let decay =
      name == "adam" ? nil : try fields["weight-decay"]?.number("zero or more") { $0 >= 0 }
    optimizer.weightDecay = decay ?? (name == "adamw" ? 0.01 : 0)
    optimizer.l1 = try fields["l1"]?.number("zero or more") { $0 >= 0 } ?? 0
    guard name == "sgd" else {
      optimizer.rule = .adam
      return
    }
    optimizer.rule = .descent(
      momentum: try fields["momentum"]?.number("from 0 to below 1") { 0..<1 ~= $0 } ?? 0.9,
      nesterov: try fields["nesterov"]?.flag() ?? true)
  }

  private static func decay(_ fields: RecipeFields) throws -> LearningRateDecay {
    let factor = try fields["factor"]?.number("above 0 and at most 1") { $0 > 0 && $0 <= 1 } ?? 0.5
    guard let milestones = fields["milestones"] else {
      _ = try fields["after"]?.choice([("ramp", ())])
      return .afterRamp(every: try fields["every"]?.integer(1...1_000_000) ?? 10, factor: factor)
    }
    for key in ["every", "after"] {
      guard let value = fields[key] else { continue }
      throw value.fail("\(key) and milestones exclude each other", "keep one of them")
    }
    let epochs = try milestones.list().map { try $0.integer(0...1_000_000) }
    return .milestones(epochs, factor: factor)
  }
}

extension Objective {
  /// The lower line of unstable ReLUs in training; the adaptive one where there is none.
  var slope: ReLUSlope {
    switch self {
    case .crownIBP(_, _, _, let slope), .crown(_, let slope, _): slope
    default: .adaptive
    }
  }
}
