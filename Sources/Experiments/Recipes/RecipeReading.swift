import Bounds
import Datasets
import Formats
import Foundation
import Networks
import Relaxations
import RobustTraining
import Tensors
import Verification
import Yams

extension Recipe {
  /// Reads a recipe file, with overrides.
  ///
  /// A relative path in the file (`data`, `start`) is looked up from the file's folder, or, if
  /// nothing is there, from the current one; one in an override from the current one. The recipe
  /// has the absolute path.
  ///
  /// Throws ``FormatError`` where the file cannot be read, ``RecipeError`` as
  /// ``init(yaml:file:overrides:)`` does.
  public init(contentsOf url: URL, overrides: [RecipeOverride] = []) throws {
    let data = try InputFile.read(url, limit: 1 << 20)
    guard let text = String(data: data, encoding: .utf8) else {
      throw FormatError(.badData, "is not text in UTF-8", file: url.path)
    }
    try self.init(yaml: text, file: url.path, overrides: overrides)
  }

  /// Reads a recipe; whatever it leaves out has the value of ``init(for:)`` for its data set.
  ///
  /// Throws ``RecipeError`` with file and line (or the option) for text that is no YAML, unknown
  /// keys, values of a wrong type or out of range, and settings that do not fit each other.
  public init(yaml: String, file: String = "recipe", overrides: [RecipeOverride] = []) throws {
    try self.init(root: RecipeYAML.root(yaml, file: file), file: file, overrides: overrides)
  }

  init(root: RecipeFields.Value?, file: String, overrides: [RecipeOverride]) throws {
    let top = try RecipeFields(
      root, known: Self.keys + ["sweep"], file: file, overrides: overrides)
    if let value = top["sweep"] {
      throw value.fail("sweep: describes many trainings", "run crownwork sweep on the file")
    }
    let dataset = try top["dataset"].map {
      try $0.choice(DatasetName.allCases.map { ($0.rawValue, $0) })
    }
    self.init(for: dataset ?? .digits)
    // The file's folder is of the data set that an option replaces.
    if !top.isReplaced("dataset") || top.isOverridden("data") { data = try top["data"]?.path() }
    try readImages(top)
    try readAugmentation(top)
    try readModel(top)
    try readPerturbation(top)
    try readObjective(top)
    try readSchedule(top)
    try readOptimizer(top)
    try readEvaluation(top)
    if let value = top["seed"] { seed = try value.seed() }
    holdout = try top["holdout"]?.integer(0...Int(Int32.max))
    trainExamples = try top["train-examples"].flatMap {
      $0.node.scalar?.string == "all" ? nil : try $0.integer(1...Int(Int32.max))
    }
  }

  static let keys = [
    "dataset", "data", "model", "perturbation", "objective", "schedule", "optimizer", "evaluate",
    "seed", "holdout", "train-examples", "images", "augment",
  ]

  private mutating func readPerturbation(_ top: RecipeFields) throws {
    let fields = try top.fields(
      "perturbation", known: ["norm", "epsilon", "train-epsilon", "clip"])
    let norm = try fields["norm"]?.choice(Perturbation.Norm.self) ?? perturbation.norm
    let epsilon = try fields["epsilon"]?.number() ?? perturbation.epsilon
    var domain: ClosedRange<Float>? = norm == .linf ? 0...1 : nil
    // A norm given as an option drops the file's clip, which is usual with ℓ∞ only.
    let dropsClip = fields.isOverridden("norm") && norm != .linf
    if let clip = fields["clip"], !dropsClip || fields.isOverridden("clip") {
      domain = try Self.domain(clip)
    }
    do {
      perturbation = try Perturbation(norm: norm, epsilon: epsilon, domain: domain)
      // For l2 and l1 the limit depends on the data: see ``resolved(for:)``.
      if norm == .linf { try perturbation.validate(inputCount: 1) }
    } catch {
      throw RecipeError(fields.place("epsilon"), "\(error)")
    }
    trainEpsilon = epsilon
    // ε given as an option is for training too.
    guard let value = fields["train-epsilon"],
      !fields.isOverridden("epsilon") || fields.isOverridden("train-epsilon")
    else { return }
    trainEpsilon = try value.number("zero or more") { $0 >= 0 }
  }

  private static func domain(_ value: RecipeFields.Value) throws -> ClosedRange<Float>? {
    if value.node.scalar?.string == "none" { return nil }
    let (lower, upper) = try value.pair("none or [lowest, highest]")
    guard lower < upper else { throw value.expected("none or [lowest, highest]") }
    return lower...upper
  }

  private mutating func readEvaluation(_ top: RecipeFields) throws {
    let fields = try top.fields("evaluate", known: ["methods", "slope", "attack", "examples"])
    let slope = try fields["slope"]?.choice(ReLUSlope.self) ?? objective.slope
    let names = try fields["methods"]?.list().map {
      try $0.choice(BoundMethod.names.map { ($0, $0) })
    }
    evaluation.methods = (names ?? objective.certifiers).compactMap {
      BoundMethod(name: $0, slope: slope)
    }
    if evaluation.methods.isEmpty, let value = fields["methods"] {
      throw value.expected("at least one of \(BoundMethod.names.joined(separator: ", "))")
    }
    evaluation.examples = try fields["examples"].flatMap {
      $0.node.scalar?.string == "all" ? nil : try $0.integer(1...Int.max)
    }
    evaluation.attack = try Self.attack(fields, standard: evaluation.attack)
  }
}

extension Objective {
  /// Names of the methods that certify what it trains, from fast to tight.
  fileprivate var certifiers: [String] {
    if case .crown = self { ["ibp", "crown-ibp", "crown"] } else { ["ibp", "crown-ibp"] }
  }
}

/// YAML as nodes, its errors on one line.
enum RecipeYAML {
  /// libyaml recurses over nested collections; no recipe needs more than this.
  private static let depthLimit = 32

  static func root(_ text: String, file: String) throws -> RecipeFields.Value? {
    guard depth(text) <= depthLimit else {
      throw RecipeError(.line(1, file: file), "is nested too deeply for a recipe")
    }
    do {
      guard let node = try Yams.compose(yaml: text) else { return nil }
      return RecipeFields.Value(
        name: "a recipe", node: node, place: .line(node.mark?.line ?? 1, file: file))
    } catch let error as YamlError {
      throw failure(error, file: file)
    }
  }

  /// An upper bound of the depth of flow collections, and of block ones by indentation.
  private static func depth(_ text: String) -> Int {
    var (open, deepest) = (0, 0)
    for byte in text.utf8 {
      if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") { open += 1 }
      if byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") { open -= 1 }
      deepest = max(deepest, open)
    }
    for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
      let dashes = line.prefix { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: " ") }
      deepest = max(deepest, dashes.count / 2)
    }
    return deepest
  }

  private static func failure(_ error: YamlError, file: String) -> RecipeError {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return RecipeError(.line(mark.line, file: file), "not valid YAML: \(problem)")
    case .duplicatedKeysInMapping(let duplicates, let context):
      let keys = duplicates.map { "\"\($0)\"" }.joined(separator: ", ")
      return RecipeError(.line(context.mark.line, file: file), "the key \(keys) is there twice")
    default:
      return RecipeError(.line(1, file: file), "not valid YAML: \(error)")
    }
  }
}
