/// Makes a recipe of what a file (or another recipe) says and of what is given in its place.
struct RecipeReader {
  private var given: [String: GivenValue]

  /// Puts overrides over settings. What a file says for a thing that an override replaces, such as
  /// the width of another network, is dropped with it.
  ///
  /// - Throws: ``RecipeError`` for an override of a setting that the table does not have.
  init(_ settings: [String: GivenValue], _ overrides: [RecipeOverride]) throws {
    given = settings
    for override in overrides {
      let place = RecipeError.Place.option(override.option)
      let setting = try SettingTable.setting(at: override.path, place)
      let displaced = setting.displaces(override.value, Self.text(settings[setting.path], setting))
      for path in displaced + setting.excludes { remove(path) }
      for path in settings.keys where path.hasPrefix(setting.path + ".") { remove(path) }
      given[setting.path] = GivenValue(
        path: setting.path, content: .text(override.value), place: place)
    }
  }

  /// Drops what no override says.
  private mutating func remove(_ path: String) {
    if given[path]?.isOption == false { given[path] = nil }
  }

  /// What a setting is so far, as a text; nil where it is left out or no text.
  private static func text(_ value: GivenValue?, _ setting: Setting) -> String? {
    guard let value else { return nil }
    var draft = RecipeDraft()
    guard (try? setting.read(value, &draft)) != nil else { return value.text }
    return setting.write(draft)
  }

  /// - Throws: ``RecipeError`` for values of a wrong type or out of range, for settings without a
  ///   meaning, and for those that do not fit each other.
  func recipe() throws -> Recipe {
    var draft = RecipeDraft()
    for setting in SettingTable.settings {
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

  /// Whether a setting has a meaning beside the names before it; false where it was the file's for
  /// a name that an override has replaced.
  ///
  /// - Throws: ``RecipeError`` where it has none.
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

  /// Where the blame is: an override's place before the others.
  private func place(of conflict: SettingConflict) -> RecipeError.Place {
    let values = conflict.paths.compactMap { given[$0] }
    return (values.first(where: \.isOption) ?? values.first)?.place ?? .stored("recipe")
  }
}
