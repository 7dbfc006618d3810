import RobustTraining

/// How a recipe trains: its schedule and its optimiser.
extension Recipe {
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
      $0.node.scalar?.string == "none" ? nil : try $0.integer(1...schedule.epochs)
    }
    optimizer.clipNorm = try fields["clip-norm"].flatMap {
      $0.node.scalar?.string == "none" ? nil : try $0.number("above 0") { $0 > 0 }
    }
    let hasMilestones = fields.isOverridden("decay.milestones")
    if !hasMilestones, fields["decay"]?.node.scalar?.string == "none" {
      optimizer.decay = .constant
    } else if hasMilestones || fields["decay"] != nil {
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
      // What the file says was for the decay that an option replaces.
      guard let value = fields[key], !fields.isOverridden("milestones") else { continue }
      throw value.fail("\(key) and milestones exclude each other", "keep one of them")
    }
    let epochs = try milestones.list().map { try $0.integer(0...1_000_000) }
    return .milestones(epochs, factor: factor)
  }
}
