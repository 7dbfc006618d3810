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

  /// Collects the choices of ε and of the methods, for a certification.
  ///
  /// - Parameters:
  ///   - goal: The set and the methods that will be used.
  ///   - given: The settings that options give; what is among them was no choice of the tool's.
  ///   - hasManyEpsilons: Whether it is for a curve or for radii, which have many ε; then there is
  ///     nothing to say about one.
  init(
    _ model: SavedModel, _ goal: CertificationTarget, _ given: [RecipeOverride],
    hasManyEpsilons: Bool = false
  ) {
    name = model.name
    choices = Self.choices(
      model, hasManyEpsilons ? nil : Self.epsilon(goal.perturbation, given),
      Self.methods(goal.methods, given))
  }

  /// Collects the choice of ε alone, for an attack, which needs no method.
  init(_ model: SavedModel, _ set: Perturbation, _ given: [RecipeOverride]) {
    name = model.name
    choices = Self.choices(model, Self.epsilon(set, given))
  }

  /// Keeps the sentences if the model is foreign, else none.
  private static func choices(_ model: SavedModel, _ sentences: String?...) -> [String] {
    model.isForeign ? sentences.compactMap(\.self) : []
  }

  /// Returns the sentence about ε; nil where an option gives it.
  private static func epsilon(_ set: Perturbation, _ given: [RecipeOverride]) -> String? {
    guard !given.contains(where: { $0.isOf([TargetOptions.epsilonPath]) }) else { return nil }
    return "ε not given: \(set.epsilon), the data set's usual one in linf; choose "
      + "with --epsilon"
  }

  /// Returns the sentence about the methods and how to leave the slowest one out; nil where an
  /// option gives them.
  private static func methods(_ methods: [BoundMethod], _ given: [RecipeOverride]) -> String? {
    guard !given.contains(where: { $0.isOf(["evaluate.methods"]) }) else { return nil }
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
