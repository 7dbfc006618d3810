import ArgumentParser
import Crownwork
import Foundation

/// Options that give settings of a recipe. What they are called, what they take and what they say in
/// the help comes from the table of settings:
///
///     @Option("schedule.epochs") var epochs: RecipeOverride?
protocol SettingOptions: ParsableArguments {}

extension SettingOptions {
  /// The settings that are given by the options of this group, without those of groups in it.
  var given: [RecipeOverride] {
    Mirror(reflecting: self).children.compactMap {
      ($0.value as? Option<RecipeOverride?>)?.wrappedValue
    }
  }
}

extension Option where Value == RecipeOverride? {
  /// Makes the option of a setting.
  ///
  /// - Parameters:
  ///   - path: The setting's path in the table.
  ///   - standard: What counts where the option is left out; nil for the recipe's default.
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

extension Setting {
  /// What the help says: what the setting is, its values by name, what has it, its default.
  func line(standard: String?) -> String {
    let sentence = help.hasSuffix(".") ? String(help.dropLast()) : help
    let values = choices.isEmpty ? "" : ": \(choices.joined(separator: ", "))"
    let owners = owner.map { $0.names.count <= 3 ? " (\($0.names.joined(separator: ", ")))" : "" }
    return "\(sentence)\(owners ?? "")\(values). Default: \(standard ?? self.standard)."
  }

  /// What a shell offers for the option's value.
  fileprivate var completion: CompletionKind? {
    switch path {
    case "data": .directory
    case "model.start": .model
    case "evaluate.methods": .methods
    default: choices.isEmpty ? nil : .list(choices)
    }
  }
}

/// Any setting by its path.
struct Assignments: ParsableArguments {
  @Option(
    name: .customLong("set"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Give any setting of a recipe by its path, such as optimizer.clip-norm=10; repeatable.",
      valueName: "path=value"))
  var set: [String] = []

  /// The settings that are given.
  ///
  /// - Throws: ``Failure`` for what is no assignment.
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

  /// The settings of how a model is judged that are given.
  ///
  /// - Parameter paths: The settings or sections that the command looks at.
  /// - Throws: ``Failure`` for any other.
  func given(of paths: [String]) throws -> [RecipeOverride] {
    let all = try given
    for override in all {
      _ = try SettingTable.setting(at: override.path, .option("--set"))
      guard !paths.contains(where: { override.path == $0 || override.path.hasPrefix($0 + ".") })
      else { continue }
      throw Failure(
        .usage,
        "\(override.option): has no effect on this command, which takes settings of "
          + paths.joined(separator: ", "))
    }
    return all
  }
}
