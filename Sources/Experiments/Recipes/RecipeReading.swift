import Bounds
import Datasets
import Formats
import Foundation
import Verification

extension Recipe {
  /// Reads a recipe file, with overrides.
  ///
  /// A relative path in the file (`data`, `start`) is looked up from the file's folder, or, if
  /// nothing is there, from the current one; one in an override from the current one. The recipe
  /// has the absolute path.
  ///
  /// - Throws: ``FormatError`` where the file cannot be read, ``RecipeError`` as
  ///   ``init(yaml:file:overrides:)`` does.
  public init(contentsOf url: URL, overrides: [RecipeOverride] = []) throws {
    let data = try InputFile.read(url, limit: 1 << 20)
    guard let text = String(data: data, encoding: .utf8) else {
      throw FormatError(.badData, "is not text in UTF-8", file: url.path)
    }
    try self.init(yaml: text, file: url.path, overrides: overrides)
  }

  /// Reads a recipe; whatever it leaves out has the value of ``init(for:)`` for its data set.
  ///
  /// - Throws: ``RecipeError`` with file and line (or the option) for text that is no YAML, unknown
  ///   keys, values of a wrong type or out of range, and settings that do not fit each other.
  public init(yaml: String, file: String = "recipe", overrides: [RecipeOverride] = []) throws {
    let document = try RecipeDocument(yaml: yaml, file: file)
    for (key, node) in document.root?.mapping ?? [:] where key.string == "sweep" && !node.isNull {
      throw RecipeError(
        document.place(of: key), "sweep: describes many trainings", remedy: "read it as a `Sweep`")
    }
    try self.init(document.settings(beside: ["sweep"]), overrides)
  }

  /// A recipe of settings alone.
  ///
  /// - Throws: ``RecipeError`` as ``init(yaml:file:overrides:)`` does.
  package init(_ overrides: [RecipeOverride]) throws {
    try self.init([:], overrides)
  }

  init(_ settings: [String: GivenValue], _ overrides: [RecipeOverride]) throws {
    self = try RecipeReader(settings, overrides).recipe()
  }

  /// The recipe with other settings in the place of its own.
  ///
  /// - Parameter name: What errors call the recipe.
  /// - Throws: ``RecipeError`` as ``init(yaml:file:overrides:)`` does.
  package func applying(
    _ overrides: [RecipeOverride], named name: String = "recipe"
  ) throws -> Recipe {
    guard !overrides.isEmpty else { return self }
    let draft = RecipeDraft(self)
    var given: [String: GivenValue] = [:]
    for setting in SettingTable.settings {
      given[setting.path] = setting.value(draft).map {
        GivenValue(path: setting.path, content: .value($0), place: .stored(name))
      }
    }
    return try Recipe(given, overrides)
  }
}

extension CertificationTarget {
  /// The target used where neither a model nor its user names one: ε as in ``Recipe/init(for:)``.
  package init(for dataset: DatasetName) {
    self = Recipe(for: dataset).target
  }

  /// The target with other settings of a recipe's sections `perturbation` and `evaluate`.
  ///
  /// - Throws: ``RecipeError``.
  package func applying(_ overrides: [RecipeOverride]) throws -> CertificationTarget {
    var recipe = Recipe()
    recipe.perturbation = perturbation
    recipe.trainEpsilon = perturbation.epsilon
    recipe.evaluation.methods = methods
    return try recipe.applying(overrides, named: "model").target
  }
}

extension BoundMethod {
  /// Methods with other settings of a recipe's section `evaluate`.
  ///
  /// - Throws: ``RecipeError``.
  package static func list(
    _ methods: [BoundMethod], applying overrides: [RecipeOverride]
  ) throws -> [BoundMethod] {
    var recipe = Recipe()
    recipe.evaluation.methods = methods
    return try recipe.applying(overrides, named: "model").evaluation.methods
  }
}

extension Attack {
  /// The attack with other settings of a recipe's section `evaluate.attack`.
  ///
  /// - Throws: ``RecipeError``.
  package func applying(_ overrides: [RecipeOverride]) throws -> Attack {
    var recipe = Recipe()
    recipe.evaluation.attack = self
    return try recipe.applying(overrides, named: "model").evaluation.attack
  }
}
