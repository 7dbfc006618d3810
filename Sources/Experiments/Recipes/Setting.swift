import Datasets
import Networks
import Verification

/// A row of the table of settings: everything that is known of one setting of a recipe.
///
/// Reading and writing recipes, options, help, differences and the reference page follow from it.
package struct Setting: Sendable {
  /// Its keys, such as "schedule.ramp.start".
  package let path: String
  /// Its values in words, such as "a whole number in 1...100".
  package let values: String
  /// The value it has where it is left out, in words.
  package let standard: String
  /// The option that gives it on a command line, such as "--epochs"; nil where only a file and
  /// `--set` do.
  package let option: String?
  /// What it is, in a sentence.
  package let help: String
  /// All values by name, where they have names.
  package let choices: [String]
  /// Whether an option's value may begin with a minus sign.
  package let isNumber: Bool
  /// What must be chosen for the setting to have a meaning.
  package let owner: SettingOwner?
  /// Whether its value is written in quotes.
  let isQuoted: Bool
  /// Settings that it cannot stand beside; in an option it takes their place.
  let excludes: [String]
  /// Settings of the file whose place it takes in an option, beside those it excludes.
  let displaces: @Sendable (_ value: String, _ inFile: String?) -> [String]
  /// Puts a value into a recipe that is being read; throws ``RecipeError``.
  let read: @Sendable (GivenValue, inout RecipeDraft) throws -> Void
  /// The value as a text; nil where a recipe leaves it out.
  let write: @Sendable (RecipeDraft) -> String?
  /// The value itself; nil where a recipe leaves it out.
  let value: @Sendable (RecipeDraft) -> (any Sendable)?

  /// Makes the row of a setting that is a property of a draft.
  ///
  /// - Parameters:
  ///   - option: The option's name without dashes.
  ///   - standard: In words; nil for the value in a recipe that says nothing.
  ///   - writing: Writes the value in another way than its kind does.
  init<Value: Sendable>(
    _ path: String, _ kind: SettingKind<Value>,
    _ place: any WritableKeyPath<RecipeDraft, Value?> & Sendable, option: String? = nil,
    of owner: SettingOwner? = nil, standard: String? = nil, excludes: [String] = [],
    displaces: @escaping @Sendable (String, String?) -> [String] = { _, _ in [] },
    writing: (@Sendable (Value, RecipeDraft) -> String)? = nil, _ help: String
  ) {
    self.path = path
    values = kind.words
    self.option = option.map { "--" + $0 }
    self.help = help
    choices = kind.choices
    isNumber = kind.isNumber
    self.owner = owner
    isQuoted = kind.isQuoted
    self.excludes = excludes
    self.displaces = displaces
    let write: @Sendable (RecipeDraft) -> String? = { draft in
      draft[keyPath: place].map { value in writing?(value, draft) ?? kind.write(value) }
    }
    self.write = write
    value = { draft in draft[keyPath: place].map { $0 as any Sendable } }
    read = { given, draft in draft[keyPath: place] = try kind.value(of: given) }
    self.standard = standard ?? write(RecipeDraft(Recipe())) ?? "none"
  }

  /// The last one of its keys.
  var key: String { path.split(separator: ".").last.map(String.init) ?? path }
}

/// What a setting belongs to: an objective, an architecture or another thing that has a name.
package struct SettingOwner: Sendable {
  /// The setting that names it, such as "objective.name".
  package let path: String
  /// The names of those that have the setting.
  package let names: [String]
  /// What is named, such as "objective".
  let noun: String
  /// The name that a recipe has.
  let name: @Sendable (RecipeDraft) -> String

  static func dataset(_ names: DatasetName...) -> SettingOwner {
    SettingOwner(path: "dataset", names: names.map(\.rawValue), noun: "data set") {
      ($0.dataset ?? Recipe().dataset).rawValue
    }
  }

  /// The architectures that have an option.
  static func architectures(with option: String) -> SettingOwner {
    let names = Architecture.names.filter { Architecture.optionNames(of: $0).contains(option) }
    return SettingOwner(path: "model.name", names: names, noun: "network") {
      $0.model.name ?? Recipe().model.architecture.name
    }
  }

  static func objectives(_ names: String...) -> SettingOwner {
    SettingOwner(path: "objective.name", names: names, noun: "objective") {
      $0.objective.name ?? Recipe().objective.name
    }
  }

  static func optimizers(_ names: String...) -> SettingOwner {
    SettingOwner(path: "optimizer.name", names: names, noun: "optimizer") {
      $0.optimizer.name ?? Recipe().optimizer.name
    }
  }

  static func attacks(_ names: Attack.Name...) -> SettingOwner {
    SettingOwner(path: "evaluate.attack.name", names: names.map(\.rawValue), noun: "attack") {
      ($0.attack.name ?? Recipe().evaluation.attack.name).rawValue
    }
  }
}
