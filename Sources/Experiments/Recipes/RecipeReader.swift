/// Makes a recipe of what a file (or another recipe) says and of what is given in its place.
///
/// The work has two steps. The initializer decides which values count: overrides go before the
/// file, and drop what the file says about a thing that they replace. ``recipe()`` then reads the
/// values in the order of the table, which has names before the settings that belong to them, and
/// refuses those without a meaning.
///
/// Both halves are strict for a reason: a setting that was silently ignored would be reported as
/// part of an experiment that it had no effect on.
struct RecipeReader {
  /// The values that count, by path.
  private var given: [String: GivenValue]

  /// Puts overrides over settings.
  ///
  /// What the file says for a thing that an override replaces, such as the width of another
  /// network, is dropped with it; what another override says is kept.
  ///
  /// - Parameters:
  ///   - settings: The values of a file or a recipe, by path.
  ///   - overrides: Settings that go before them, in order.
  /// - Throws: ``RecipeError`` for an override of a setting that the table does not have.
  init(_ settings: [String: GivenValue], _ overrides: [RecipeOverride]) throws {
    given = settings
    for override in overrides {
      let place = RecipeError.Place.option(override.option)
      let setting = try SettingTable.setting(at: override.path, place)
      // Compared with the file's value, since what is dropped is what the file says for its own
      // choice, whatever an earlier override has chosen.
      let displaced = setting.displaces(override.value, Self.text(settings[setting.path], setting))
      for path in displaced + setting.excludes { remove(path) }
      // A word in place of a section, such as `none`, would otherwise stand beside the file's
      // settings of that section.
      for path in settings.keys where path.hasPrefix(setting.path + ".") { remove(path) }
      given[setting.path] = GivenValue(
        path: setting.path, content: .text(override.value), place: place)
    }
  }

  /// Drops the value at a path, unless an override gave it.
  private mutating func remove(_ path: String) {
    if given[path]?.isOption == false { given[path] = nil }
  }

  /// Returns what a setting is so far, in the form in which recipes write it; nil where it is left
  /// out or no text.
  ///
  /// A value is read and written again, so that `0.30` and `0.3` count as the same. One that cannot
  /// be read is compared as it stands; the error comes later, unless it is dropped.
  private static func text(_ value: GivenValue?, _ setting: Setting) -> String? {
    guard let value else { return nil }
    var draft = RecipeDraft()
    guard (try? setting.read(value, &draft)) != nil else { return value.text }
    return setting.write(draft)
  }

  /// Reads the values and makes the recipe.
  ///
  /// - Throws: ``RecipeError`` for values of a wrong type or out of range, for settings without a
  ///   meaning or that exclude each other, and for those that do not fit each other.
  func recipe() throws -> Recipe {
    var draft = RecipeDraft()
    for setting in SettingTable.settings {
      // The table's order puts names first, so that the draft knows every owner when `isMeant` asks
      // for it.
      guard let value = given[setting.path], try isMeant(value, setting, draft) else { continue }
      if let other = setting.excludes.first(where: { given[$0] != nil }) {
        let key = SettingTable[other]?.key ?? other
        throw value.fail("\(setting.key) and \(key) exclude each other", "keep one of them")
      }
      try setting.read(value, &draft)
    }
    do {
      return try draft.recipe()
    } catch let conflict as SettingConflict {
      throw RecipeError(place(of: conflict), conflict.problem, remedy: conflict.remedy)
    }
  }

  /// Returns whether a setting has a meaning beside the names that have been read.
  ///
  /// A value of the file that belongs to a name which an override has replaced is passed over. Any
  /// other value without a meaning is an error.
  ///
  /// - Parameters:
  ///   - value: The setting's value.
  ///   - setting: The setting, whose owner stands before it in the table.
  ///   - draft: The settings that have been read so far.
  /// - Throws: ``RecipeError`` where the setting has no meaning.
  private func isMeant(
    _ value: GivenValue, _ setting: Setting, _ draft: RecipeDraft
  ) throws -> Bool {
    guard let owner = setting.owner else { return true }
    let name = owner.name(draft)
    guard !owner.names.contains(name) else { return true }
    if !value.isOption, given[owner.path]?.isOption == true { return false }
    throw value.fail(
      "\(setting.key) has no meaning for the \(owner.noun) \(name)",
      owner.names.count > 2
        ? "leave it out" : "leave it out, or choose \(owner.names.joined(separator: " or "))")
  }

  /// Returns where the blame for a conflict is put: on an override before the others, and else on
  /// the first setting that was given.
  private func place(of conflict: SettingConflict) -> RecipeError.Place {
    // The user has just typed the override, so that is more likely wrong than the file.
    let values = conflict.paths.compactMap { given[$0] }
    return (values.first(where: \.isOption) ?? values.first)?.place ?? .stored("recipe")
  }
}
