import Formats
import Foundation
import Yams

extension Sweep {
  /// Reads a recipe with a section `sweep`, with overrides; a recipe without one is a sweep of one
  /// model and setting.
  ///
  /// The section has lists: `models`, each put in place of the recipe's model; `settings`, each a
  /// part of a recipe, with an optional `label`, that is merged into it (a section with a `name`
  /// replaces the recipe's, another one is merged key by key); `seeds`. Throws as
  /// ``Recipe/init(contentsOf:overrides:)`` does.
  public init(contentsOf url: URL, overrides: [RecipeOverride] = []) throws {
    let data = try InputFile.read(url, limit: 1 << 20)
    guard let text = String(data: data, encoding: .utf8) else {
      throw FormatError(.badData, "is not text in UTF-8", file: url.path)
    }
    try self.init(
      yaml: text, name: url.deletingPathExtension().lastPathComponent, file: url.path,
      overrides: overrides)
  }

  /// Reads a sweep from text. Throws ``RecipeError``.
  public init(
    yaml: String, name: String = "sweep", file: String = "sweep", overrides: [RecipeOverride] = []
  ) throws {
    let root = try RecipeYAML.root(yaml, file: file)
    let top = try RecipeFields(
      root, known: Recipe.keys + ["sweep"], file: file, overrides: overrides)
    let axes = try top.fields("sweep", known: ["models", "settings", "seeds"])
    let base = (root?.node ?? .empty).without("sweep")
    let models = try Self.alternatives(axes["models"])
    let settings = try Self.alternatives(axes["settings"])
    let seeds = try Self.seeds(axes["seeds"], top)

    var runs: [PlannedRun] = []
    for model in models {
      for setting in settings {
        for seed in seeds {
          let kept = setting.replacesDataset(of: base) ? base.without("data") : base
          var node = kept.merged(with: setting.node)
          if model != .none { node = node.merged(with: Node([(Node("model"), model.node)])) }
          if let seed { node = node.merged(with: Node([(Node("seed"), Node(seed))])) }
          let value = RecipeFields.Value(name: "a recipe", node: node, place: top.place)
          let recipe = try Recipe(root: value, file: file, overrides: overrides)
          runs.append(
            PlannedRun(
              model: recipe.model.label(start: Self.start(in: node, overrides)),
              setting: setting.label,
              recipe: recipe))
        }
      }
    }
    try Self.checkNames(runs, axes)
    self.init(name: name, runs: runs)
  }

  /// One of the models or settings.
  private struct Alternative: Equatable {
    var label: String
    var node: Node

    static var none: Alternative { Alternative(label: "", node: .empty) }

    /// Whether it names another data set than a recipe, whose folder goes with its own.
    func replacesDataset(of recipe: Node) -> Bool {
      guard let dataset = node.mapping?["dataset"], let own = recipe.mapping?["dataset"] else {
        return false
      }
      return dataset.string != own.string
    }
  }

  private static func alternatives(_ value: RecipeFields.Value?) throws -> [Alternative] {
    guard let value else { return [.none] }
    return try value.list().map { item in
      guard case .mapping(let mapping) = item.node else {
        throw item.expected("a list of mappings of settings")
      }
      let label = mapping["label"]?.string ?? item.node.summary
      return Alternative(label: label, node: item.node.without("label"))
    }
  }

  /// Texts of the seeds; one given as an option goes before the list.
  private static func seeds(
    _ value: RecipeFields.Value?, _ top: RecipeFields
  ) throws -> [String?] {
    guard let value, !top.isOverridden("seed") else { return [nil] }
    return try value.list().map { "\(try $0.seed())" }
  }

  /// The path of a network to start from as it was written.
  private static func start(in recipe: Node, _ overrides: [RecipeOverride]) -> String? {
    overrides.last { $0.path == "model.start" }?.value
      ?? recipe.mapping?["model"]?.mapping?["start"]?.string
  }

  /// Each run needs a folder of its own.
  private static func checkNames(_ runs: [PlannedRun], _ axes: RecipeFields) throws {
    let twice = Dictionary(grouping: runs, by: \.folder).values.first { $0.count > 1 }
    guard let twice else { return }
    throw RecipeError(
      axes.place, "two trainings would be \"\(twice[0].label)\"",
      remedy: "leave one out, or give each of the settings a label")
  }
}

extension Node {
  fileprivate static var empty: Node { Node([(Node, Node)]()) }

  fileprivate func without(_ key: String) -> Node {
    guard case .mapping(let mapping) = self else { return self }
    return Node(mapping.filter { $0.key.string != key }.map { ($0.key, $0.value) })
  }

  /// This mapping with another's entries in it: a mapping with a name replaces the one that was
  /// there, any other is merged into it.
  fileprivate func merged(with change: Node) -> Node {
    guard case .mapping(let mapping) = self, case .mapping(let changes) = change,
      changes["name"] == nil
    else { return change }
    // A changed key comes with its own mark, so that errors name its line.
    let kept = mapping.filter { changes[$0.key] == nil }.map { ($0.key, $0.value) }
    let new = changes.map { ($0.key, mapping[$0.key]?.merged(with: $0.value) ?? $0.value) }
    return Node(kept + new)
  }

  /// The scalars of a mapping in one line: "sabr share 0.4", "length 10".
  fileprivate var summary: String {
    switch self {
    case .mapping(let mapping):
      mapping.map { key, node in
        guard let name = key.string, name != "name", node.mapping == nil else {
          return node.summary
        }
        return "\(name) \(node.summary)"
      }.joined(separator: " ")
    case .sequence(let items): items.map(\.summary).joined(separator: ",")
    case .scalar(let scalar): scalar.string
    case .alias: ""
    }
  }
}
