import Crownwork

/// The statements about what was chosen for a network that does not say how it is to be certified.
///
/// A model that Crownwork has trained carries its perturbation set and its methods. For a network
/// from elsewhere the tool takes the usual ε of the data set, and CROWN after IBP and CROWN-IBP. An
/// error without its ε means nothing, so these choices are printed before the results. There is
/// nothing to say about a model that names its target, or where the options name both.
///
/// `evaluate`, `certify` and `attack` make such a value when they know the target, and print it at
/// once.
struct ForeignModel {
  /// The model as the user named it.
  private let name: String
  /// A sentence for each choice; empty for a model that says everything itself.
  private let choices: [String]

  /// Collects the choices of ε and of the methods, for a certification at one ε.
  ///
  /// - Parameters:
  ///   - goal: The set and the methods that will be used.
  ///   - options: The options about the set; an ε among them was no choice of the tool's.
  ///   - by: The option `--by`, if it was given.
  init(
    _ model: SavedModel, _ goal: CertificationTarget, _ options: TargetOptions, by: RecipeOverride?
  ) {
    name = model.name
    choices = Self.choices(
      model, Self.epsilon(goal.perturbation, options), Self.methods(goal.methods, by))
  }

  /// Collects the choice of ε alone, for an attack, which needs no method.
  init(_ model: SavedModel, _ set: Perturbation, _ options: TargetOptions) {
    name = model.name
    choices = Self.choices(model, Self.epsilon(set, options))
  }

  /// Collects the choice of the methods alone, for a curve or for radii, which have many ε.
  init(_ model: SavedModel, _ goal: CertificationTarget, by: RecipeOverride?) {
    name = model.name
    choices = Self.choices(model, Self.methods(goal.methods, by))
  }

  /// Keeps the sentences if the model is foreign, else none.
  private static func choices(_ model: SavedModel, _ sentences: String?...) -> [String] {
    model.isForeign ? sentences.compactMap(\.self) : []
  }

  /// Returns the sentence about ε; nil where `--epsilon` gives it.
  private static func epsilon(_ set: Perturbation, _ options: TargetOptions) -> String? {
    guard options.epsilon == nil else { return nil }
    return "ε not given: \(set.epsilon), the data set's usual one in linf; choose "
      + "with --epsilon"
  }

  /// Returns the sentence about the methods and how to leave the slowest one out; nil where `--by`
  /// gives them.
  private static func methods(_ methods: [BoundMethod], _ by: RecipeOverride?) -> String? {
    guard by == nil else { return nil }
    let names = methods.map(\.description)
    return
      "methods \(names.joined(separator: ", ")): the network was not trained here; the last one "
      + "is the slowest, --by \(names.dropLast().joined(separator: ",")) leaves it out"
  }

  /// Prints the choices: in front of the results where people read them, and on the standard error
  /// where the standard output is JSON.
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
