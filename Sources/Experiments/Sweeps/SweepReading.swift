import Formats
import Foundation
import Yams

extension Sweep {
  /// Reads a recipe with a section `sweep`. A recipe without one is a sweep of one model and
  /// setting.
  ///
  /// The section has three lists:
  ///
  /// - `models`, each put in place of the recipe's model if it has a `name` or a `start`, and
  ///   otherwise merged into it;
  /// - `settings`, each a part of a recipe, with an optional `label`, that is merged into it: a
  ///   section with a `name`, and a model with a `start`, replaces the recipe's, another one is
  ///   merged key by key;
  /// - `seeds`.
  ///
  /// - Parameters:
  ///   - url: The file, of at most 1 MiB, in UTF-8.
  ///   - overrides: Settings of all runs that go before those of the file. The path `sweep.seeds`
  ///     stands for the list of seeds.
  /// - Throws: `FormatError` and ``RecipeError``, as ``Recipe/init(contentsOf:overrides:)`` does;
  ///   ``RecipeError`` also for two runs that would have the same folder.
  public init(contentsOf url: URL, overrides: [RecipeOverride] = []) throws {
    let data = try InputFile.read(url, limit: 1 << 20)
    guard let text = String(data: data, encoding: .utf8) else {
      throw FormatError(.badData, "is not text in UTF-8", file: url.path)
    }
    try self.init(
      yaml: text, name: url.deletingPathExtension().lastPathComponent, file: url.path,
      overrides: overrides)
  }

  /// Reads a sweep from text.
  ///
  /// - Parameters:
  ///   - yaml: The text: a recipe with a section `sweep`.
  ///   - name: The name of the sweep.
  ///   - file: What errors call the text.
  ///   - overrides: Settings of all runs that go before those of the text.
  /// - Throws: ``RecipeError`` for anything that a recipe refuses, for a damaged section, and for
  ///   two runs that would have the same folder.
  public init(
    yaml: String, name: String = "sweep", file: String = "sweep", overrides: [RecipeOverride] = []
  ) throws {
    let document = try RecipeDocument(yaml: yaml, file: file)
    // Keys that a merge replaces are checked here; below, only those of the merged recipes are
    // seen.
    _ = try document.settings(beside: ["sweep"])
    let overridden = overrides.last { $0.path == "sweep.seeds" }
    let overrides = overrides.filter { $0.path != "sweep.seeds" }
    let axes = try SweepAxes(
      document, seeds: overridden, hasSeed: overrides.contains { $0.path == "seed" })
    let base = (document.root ?? .empty).without("sweep")

    var runs: [PlannedRun] = []
    for model in axes.models {
      for setting in axes.settings {
        for seed in axes.seeds {
          let kept = setting.replacesDataset(of: base) ? base.without("data") : base
          var node = kept.mergedAsRecipe(with: setting.node)
          if model != .none {
            node = node.mergedAsRecipe(with: Node([(Node("model"), model.node)]))
          }
          if let seed { node = node.merged(with: Node([(Node("seed"), Node(seed))])) }
          let recipe = try Recipe(RecipeDocument(root: node, file: file).settings(), overrides)
          runs.append(
            PlannedRun(
              model: recipe.model.label(start: Self.start(in: node, overrides)),
              setting: setting.label,
              recipe: recipe))
        }
      }
    }
    try Self.checkNames(runs, axes.place)
    self.init(name: name, runs: runs)
  }

  /// Returns the path of a network to start from as it was written; nil where there is none.
  private static func start(in recipe: Node, _ overrides: [RecipeOverride]) -> String? {
    overrides.last { $0.path == "model.start" }?.value
      ?? recipe.mapping?["model"]?.mapping?["start"]?.string
  }

  /// Refuses two runs with the same folder, since each needs its own.
  private static func checkNames(_ runs: [PlannedRun], _ place: RecipeError.Place) throws {
    let twice = Dictionary(grouping: runs, by: \.folder).values.first { $0.count > 1 }
    guard let twice else { return }
    throw RecipeError(
      place, "two trainings would be \"\(twice[0].label)\"",
      remedy: "leave one out, or give each of the settings a label")
  }
}
