import Networks

/// Many trainings that are compared in one table: every model with every setting from every seed.
///
/// ```swift
/// let sweep = try Sweep(
///   yaml: """
///     dataset: mnist
///     sweep:
///       models: [{ name: cnn-2layer }, { name: dm-small }]
///       settings: [{ objective: { name: ibp } }, { objective: { name: crown-ibp } }]
///       seeds: [0, 1, 2]
///     """)
/// for run in sweep.runs { print(run.label, run.recipe.schedule.epochs) }
/// ```
///
/// A sweep is read from a recipe with a section `sweep` (``init(contentsOf:overrides:)``).
/// `SweepCheck` finds out which of its runs can be trained, `SweepFolder` keeps their results,
/// and ``SweepTable`` sums them up.
public struct Sweep: Sendable {
  /// The name of the sweep: that of its file, without the ending.
  public let name: String
  /// The trainings: by model, within these by setting, within these by seed, each in the file's
  /// order.
  public let runs: [PlannedRun]

  /// Creates a sweep from its runs, whose folders have different names.
  init(name: String, runs: [PlannedRun]) {
    self.name = name
    self.runs = runs
  }
}

/// One training of a sweep.
public struct PlannedRun: Sendable {
  /// The model as tables show it, such as `cnn-2layer w1 L128`.
  public let model: String
  /// What the file calls the setting; empty where there is only one.
  public let setting: String
  /// The whole recipe of the training, not yet resolved for its data.
  public let recipe: Recipe

  /// The seed of the training.
  public var seed: UInt64 { recipe.seed }

  /// The training in words, such as `cnn-2layer w1 L128, ibp, seed 0`.
  public var label: String {
    [model, setting, "seed \(seed)"].filter { !$0.isEmpty }.joined(separator: ", ")
  }

  /// The name of the training's folder in that of the sweep.
  ///
  /// It is made of the model, the setting and the seed, joined by underscores, in letters, digits,
  /// dots and dashes. The model and the setting take at most 100 bytes each, so that the name stays
  /// within the 255 bytes of usual file systems.
  public var folder: String {
    let parts = [model, setting, "seed-\(seed)"].map { part in
      let safe = part.map { $0.isLetter || $0.isNumber || $0 == "." ? $0 : "-" }
      let name = String(safe).split(separator: "-").joined(separator: "-")
      return name.reduce(into: "") { start, letter in
        if start.utf8.count + letter.utf8.count <= 100 { start.append(letter) }
      }
    }
    return parts.filter { !$0.isEmpty }.joined(separator: "_")
  }
}

extension Recipe.Model {
  /// Returns the network as tables show it: `cnn-2layer w1 L128` for an architecture with its
  /// sizes, or the path of a network to start from as the user wrote it.
  ///
  /// - Parameter start: The path as it was written, which is shorter than the absolute one in the
  ///   recipe.
  func label(start: String?) -> String {
    if self.start != nil, let start { return start }
    let letters = [("kernel", "k"), ("blocks", "b"), ("width", "w"), ("hidden", "L")]
    let options = letters.compactMap { key, letter in
      architecture.options[key].map { letter + $0.map(String.init).joined(separator: ",") }
    }
    return ([architecture.name] + options).joined(separator: " ")
  }
}
