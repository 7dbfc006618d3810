import Datasets
import Networks
import Verification

/// A row of the table of settings: everything that is known about one setting of a recipe.
///
/// Reading and writing recipes, `--set`, options and their help, messages about mistakes,
/// differences between recipes and the page of settings all follow from the rows. So a new setting
/// is one new row with a place in ``RecipeDraft``, and it cannot be documented in one way and read
/// in another.
///
/// The type of the setting's value appears in the initializer alone; the closures hide it, so that
/// rows of all types can stand in one array.
package struct Setting: Sendable {
  /// The setting's keys, joined by dots, such as `schedule.ramp.start`.
  package let path: String
  /// The values that it may have, in words, such as `a whole number in 1...100`.
  package let values: String
  /// The value that it has where it is left out, in words.
  package let standard: String
  /// The option that gives it on a command line, such as `--epochs`; nil where only a file and
  /// `--set` give it.
  package let option: String?
  /// What the setting is, in a sentence.
  package let help: String
  /// All values by name; empty where they have no names.
  package let choices: [String]
  /// Whether an option's value may begin with a minus sign, which a parser of options must know.
  package let isNumber: Bool
  /// The thing that must be chosen for the setting to have a meaning; nil where it always has one.
  package let owner: SettingOwner?
  /// Whether its value is written in quotes, since it may hold any character.
  let isQuoted: Bool
  /// The paths of settings that it cannot stand beside. Both in one file are an error; an override
  /// takes their place.
  let excludes: [String]
  /// The paths of settings in the file that an override of this one makes meaningless, beside those
  /// it excludes.
  ///
  /// The arguments are the value that the override gives and the value in the file, nil where it is
  /// left out. So the dataset's folder is dropped with another data set, and kept where the
  /// override names the same one.
  let displaces: @Sendable (_ value: String, _ inFile: String?) -> [String]
  /// Puts a value into a recipe that is being read. The closure throws ``RecipeError`` for a value
  /// that the setting cannot have.
  let read: @Sendable (GivenValue, inout RecipeDraft) throws -> Void
  /// Returns the value as a text that reads back the same; nil where a recipe leaves it out.
  let write: @Sendable (RecipeDraft) -> String?
  /// Returns the value itself; nil where a recipe leaves it out.
  let value: @Sendable (RecipeDraft) -> (any Sendable)?

  /// Makes the row of a setting that is a property of a draft.
  ///
  /// - Parameters:
  ///   - path: The setting's keys, joined by dots.
  ///   - kind: The values that it may have.
  ///   - place: The property of the draft.
  ///   - option: The option's name without dashes; nil for none.
  ///   - owner: The thing that has the setting; nil for one that always has a meaning.
  ///   - standard: The default in words; nil for the value in a recipe that says nothing.
  ///   - excludes: The paths of settings that it cannot stand beside.
  ///   - displaces: The paths that an override makes meaningless.
  ///   - writing: A function that writes the value in another way than its kind does, by what else
  ///     the draft says.
  ///   - help: What the setting is, in a sentence.
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

  /// The last one of its keys, by which errors name it.
  var key: String { path.split(separator: ".").last.map(String.init) ?? path }
}

/// The thing that a setting belongs to: an objective, an architecture, an optimizer, an attack or a
/// data set that has the setting.
///
/// β belongs to the objective `crown-ibp`, and a recipe that gives it beside `ibp` is refused. The
/// owner says by which setting the thing is chosen and which of its names have the setting.
package struct SettingOwner: Sendable {
  /// The setting that chooses the thing, such as `objective.name`. It must stand before the owned
  /// setting in the table, since it has to be read first.
  package let path: String
  /// The names that have the setting.
  package let names: [String]
  /// What kind of thing is named, such as `objective`, for errors.
  let noun: String
  /// Returns the name in a draft, or the default one where the draft leaves it out.
  let name: @Sendable (RecipeDraft) -> String

  /// The data sets that have a setting.
  static func dataset(_ names: DatasetName...) -> SettingOwner {
    SettingOwner(path: "dataset", names: names.map(\.rawValue), noun: "data set") {
      ($0.dataset ?? Recipe().dataset).rawValue
    }
  }

  /// The architectures that have an option such as `width`, as ``Networks/Architecture`` lists
  /// them.
  static func architectures(with option: String) -> SettingOwner {
    let names = Architecture.names.filter { Architecture.optionNames(of: $0).contains(option) }
    return SettingOwner(path: "model.name", names: names, noun: "network") {
      $0.model.name ?? Recipe().model.architecture.name
    }
  }

  /// The objectives that have a setting.
  static func objectives(_ names: String...) -> SettingOwner {
    SettingOwner(path: "objective.name", names: names, noun: "objective") {
      $0.objective.name ?? Recipe().objective.name
    }
  }

  /// The optimizers that have a setting.
  static func optimizers(_ names: String...) -> SettingOwner {
    SettingOwner(path: "optimizer.name", names: names, noun: "optimizer") {
      $0.optimizer.name ?? Recipe().optimizer.name
    }
  }

  /// The attacks that have a setting.
  static func attacks(_ names: Attack.Name...) -> SettingOwner {
    SettingOwner(path: "evaluate.attack.name", names: names.map(\.rawValue), noun: "attack") {
      ($0.attack.name ?? Recipe().evaluation.attack.name).rawValue
    }
  }
}
