import Crownwork

/// Says what was chosen for a network that does not say how it is to be certified, and why.
struct ForeignModel {
  private let name: String
  private let choices: [String]

  /// Collects what was chosen of ε and of the methods.
  init(
    _ model: SavedModel, _ goal: CertificationTarget, _ options: TargetOptions, by: RecipeOverride?
  ) {
    name = model.name
    choices = Self.choices(
      model, Self.epsilon(goal.perturbation, options), Self.methods(goal.methods, by))
  }

  /// Collects what was chosen of ε.
  init(_ model: SavedModel, _ set: Perturbation, _ options: TargetOptions) {
    name = model.name
    choices = Self.choices(model, Self.epsilon(set, options))
  }

  /// Collects what was chosen of the methods.
  init(_ model: SavedModel, _ goal: CertificationTarget, by: RecipeOverride?) {
    name = model.name
    choices = Self.choices(model, Self.methods(goal.methods, by))
  }

  private static func choices(_ model: SavedModel, _ sentences: String?...) -> [String] {
    model.isForeign ? sentences.compactMap(\.self) : []
  }

  private static func epsilon(_ set: Perturbation, _ options: TargetOptions) -> String? {
    guard options.epsilon == nil else { return nil }
    return "ε not given: \(set.epsilon), the data set's usual one in linf; choose "
      + "with --epsilon"
  }

  private static func methods(_ methods: [BoundMethod], _ by: RecipeOverride?) -> String? {
    guard by == nil else { return nil }
    let names = methods.map(\.description)
    return
      "methods \(names.joined(separator: ", ")): the network was not trained here; the last one "
      + "is the slowest, --by \(names.dropLast().joined(separator: ",")) leaves it out"
  }

  /// Prints the choices where the results go; beside JSON on the standard error.
  func tell(asJSON: Bool) {
    for choice in choices {
      if asJSON {
        Console.error("crownwork: \(name): \(choice)")
      } else {
        Console.standard.line("\(name): \(choice)")
      }
    }
  }
}
