import ArgumentParser
import Crownwork
import Foundation

/// A group of options that give settings of a recipe.
///
/// The table of settings (`SettingTable`) says what such an option is called, which values it
/// takes and what the help says about it. A group only lists paths, so that the command line,
/// recipe files and the reference page cannot differ:
///
///     @Option("schedule.epochs") var epochs: RecipeOverride?
///
/// The value of an option stays a text here, together with its path and the option's name: a
/// `RecipeOverride`. The library reads it where a recipe, a target or an attack is made from it,
/// and an error there names the option.
protocol SettingOptions: ParsableArguments {}

/// The values that a group's options have on the command line.
extension SettingOptions {
  /// The settings that the options of this group give, in the order of its properties; those of
  /// groups inside it are not among them.
  ///
  /// The argument parser keeps options as property wrappers, and a mirror finds them all without a
  /// second list of the properties that someone could forget to extend.
  var given: [RecipeOverride] {
    Mirror(reflecting: self).children.compactMap {
      ($0.value as? Option<RecipeOverride?>)?.wrappedValue
    }
  }
}

/// Options that are made from the table of settings.
extension Option where Value == RecipeOverride? {
  /// Makes the option of a setting.
  ///
  /// A value that may be a number is taken even if it begins with a minus sign: "-1" is then
  /// refused as a value, with a message about its range, and not as an unknown option.
  ///
  /// - Parameters:
  ///   - path: The setting's path in the table.
  ///   - standard: The value that counts where the option is left out, in words; nil for the
  ///     recipe's default.
  /// - Precondition: The table has the path, and it has an option there.
  init(_ path: String, standard: String? = nil) {
    guard let setting = SettingTable[path], let option = setting.option else {
      preconditionFailure("\(path) has no option")
    }
    self.init(
      name: .customLong(String(option.dropFirst(2))),
      parsing: setting.isNumber ? .unconditional : .next,
      help: ArgumentHelp(setting.line(standard: standard)), completion: setting.completion,
      transform: { RecipeOverride(path, $0, option: option) })
  }
}

/// The help and the completion of a setting's option.
extension Setting {
  /// Returns the line of the help: the setting's sentence, its values by name, up to three names
  /// that have the setting, and its default.
  ///
  /// - Parameter standard: The default in words; nil for the recipe's.
  func line(standard: String?) -> String {
    let sentence = help.hasSuffix(".") ? String(help.dropLast()) : help
    let values = choices.isEmpty ? "" : ": \(choices.joined(separator: ", "))"
    let owners = owner.map { $0.names.count <= 3 ? " (\($0.names.joined(separator: ", ")))" : "" }
    return "\(sentence)\(owners ?? "")\(values). Default: \(standard ?? self.standard)."
  }

  /// The completion of the option's value; nil where there is nothing to offer.
  fileprivate var completion: CompletionKind? {
    switch path {
    case "data": .directory
    case "model.start": .model
    case "evaluate.methods": .methods
    default: choices.isEmpty ? nil : .list(choices)
    }
  }
}

/// The option `--set PATH=VALUE`, which gives any setting by its path, also one without an option
/// of its own.
struct Assignments: ParsableArguments {
  @Option(
    name: .customLong("set"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Give any setting of a recipe by its path, such as optimizer.clip-norm=10; repeatable.",
      valueName: "path=value"))
  var set: [String] = []

  /// The settings that are given, in the order of the command line; of two with the same path the
  /// last one counts. Whether the table knows a path is not checked here.
  ///
  /// - Throws: ``Failure`` with ``Failure/Code/usage`` for a text that is not PATH=VALUE.
  var given: [RecipeOverride] {
    get throws {
      try set.map { text in
        let parts = text.split(separator: "=", maxSplits: 1).map {
          $0.trimmingCharacters(in: .whitespaces)
        }
        guard parts.count == 2, !text.hasPrefix("=") else {
          throw Failure(
            .usage, "--set: must be PATH=VALUE, such as schedule.epochs=20, not \"\(text)\"")
        }
        return RecipeOverride(parts[0], parts[1], option: "--set \(parts[0])")
      }
    }
  }

  /// Returns the settings that are given to a command that uses some of them only.
  ///
  /// A setting without effect is refused, since a user who gives one expects something of it.
  ///
  /// - Parameter paths: The settings or sections that the command uses.
  /// - Throws: `RecipeError` for a path that no setting has, with the nearest one that exists,
  ///   and ``Failure`` with ``Failure/Code/usage`` for a setting outside of `paths`.
  func given(of paths: [String]) throws -> [RecipeOverride] {
    let all = try given
    for override in all {
      _ = try SettingTable.setting(at: override.path, .option("--set"))
      guard !override.isOf(paths) else { continue }
      throw Failure(
        .usage,
        "\(override.option): has no effect on this command, which takes settings of "
          + paths.joined(separator: ", "))
    }
    return all
  }
}

/// The scope of a setting.
extension RecipeOverride {
  /// Returns whether it gives one of some settings, or a setting in one of some sections.
  func isOf(_ paths: [String]) -> Bool {
    paths.contains { path == $0 || path.hasPrefix($0 + ".") }
  }
}
