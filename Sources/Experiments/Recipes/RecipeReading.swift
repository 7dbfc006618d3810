import Bounds
import Datasets
import Formats
import Foundation
import Verification

extension Recipe {
  /// Reads a recipe file, with overrides.
  ///
  /// Relative paths in the file (`data`, `model.start`) are looked up from the file's folder or, if
  /// nothing is there but something is in the current folder, from that one. Relative paths in an
  /// override are looked up from the current folder. The recipe has absolute paths.
  ///
  /// - Parameters:
  ///   - url: The file, of at most 1 MiB, in UTF-8.
  ///   - overrides: Settings that go before those of the file; of several for one setting the last
  ///     one counts.
  /// - Throws: `FormatError` of kind `missingInput` where the file cannot be read, of kind
  ///   `badData` where it is too large or not UTF-8; ``RecipeError`` as
  ///   ``init(yaml:file:overrides:)`` does.
  public init(contentsOf url: URL, overrides: [RecipeOverride] = []) throws {
    let data = try InputFile.read(url, limit: 1 << 20)
    guard let text = String(data: data, encoding: .utf8) else {
      throw FormatError(.badData, "is not text in UTF-8", file: url.path)
    }
    try self.init(yaml: text, file: url.path, overrides: overrides)
  }

  /// Reads a recipe from text. Whatever it leaves out has the value of ``init(for:)`` for its data
  /// set.
  ///
  /// - Parameters:
  ///   - yaml: The text: a mapping of settings, or nothing.
  ///   - file: What errors call the text. Relative paths are looked up only if this is an absolute
  ///     path; otherwise they stay as they are.
  ///   - overrides: Settings that go before those of the text.
  /// - Throws: ``RecipeError``, with the line of the text or the name of the option, for text that
  ///   is no YAML, for unknown keys (with the nearest known one), for values of a wrong type or out
  ///   of range, for settings without a meaning beside the others, and for a section `sweep`, which
  ///   describes many trainings (``Sweep``).
  public init(yaml: String, file: String = "recipe", overrides: [RecipeOverride] = []) throws {
    let document = try RecipeDocument(yaml: yaml, file: file)
    for (key, node) in document.root?.mapping ?? [:] where key.string == "sweep" && !node.isNull {
      throw RecipeError(
        document.place(of: key), "sweep: describes many trainings", remedy: "read it as a `Sweep`")
    }
    try self.init(document.settings(beside: ["sweep"]), overrides)
  }

  /// Creates a recipe from settings alone, as if they were given in place of an empty file.
  ///
  /// - Throws: ``RecipeError`` as ``init(yaml:file:overrides:)`` does.
  package init(_ overrides: [RecipeOverride]) throws {
    try self.init([:], overrides)
  }

  /// Creates a recipe from values that a document gives, by path, and from overrides.
  init(_ settings: [String: GivenValue], _ overrides: [RecipeOverride]) throws {
    self = try RecipeReader(settings, overrides).recipe()
  }

  /// Returns the recipe with other settings in the place of its own.
  ///
  /// A setting that replaces a thing drops what belonged to the old one, as with a file: another
  /// model's width is not that of the new one.
  ///
  /// - Parameters:
  ///   - overrides: The settings to change.
  ///   - name: What errors call this recipe.
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
  /// Creates the target that counts where neither a model nor its user names one: the perturbation
  /// and the methods of ``Recipe/init(for:)``.
  package init(for dataset: DatasetName) {
    self = Recipe(for: dataset).target
  }

  /// Returns the target with other settings of a recipe's sections `perturbation` and `evaluate`.
  ///
  /// - Throws: ``RecipeError`` for settings that a recipe would refuse.
  package func applying(_ overrides: [RecipeOverride]) throws -> CertificationTarget {
    var recipe = Recipe()
    recipe.perturbation = perturbation
    recipe.trainEpsilon = perturbation.epsilon
    recipe.evaluation.methods = methods
    return try recipe.applying(overrides, named: "model").target
  }
}

extension BoundMethod {
  /// Returns methods with other settings of a recipe's section `evaluate`, such as a list in their
  /// place or a slope for those that name none.
  ///
  /// - Throws: ``RecipeError`` for settings that a recipe would refuse.
  package static func list(
    _ methods: [BoundMethod], applying overrides: [RecipeOverride]
  ) throws -> [BoundMethod] {
    var recipe = Recipe()
    recipe.evaluation.methods = methods
    return try recipe.applying(overrides, named: "model").evaluation.methods
  }
}

extension Attack {
  /// Returns the attack with other settings of a recipe's section `evaluate.attack`.
  ///
  /// Another name keeps the number of steps and restarts, but not the loss and the steps' lengths,
  /// which were meant for the old attack.
  ///
  /// - Throws: ``RecipeError`` for settings that a recipe would refuse.
  package func applying(_ overrides: [RecipeOverride]) throws -> Attack {
    var recipe = Recipe()
    recipe.evaluation.attack = self
    return try recipe.applying(overrides, named: "model").evaluation.attack
  }
}
