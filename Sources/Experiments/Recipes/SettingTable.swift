/// All settings of a recipe, in the order in which recipes are written.
///
/// The order matters twice. Settings of one section stand together, so that they are written as one
/// mapping. A setting that names something, such as `objective.name`, stands before those that
/// belong to it, so that it has been read when they are.
package enum SettingTable {
  /// The rows of the table.
  package static let settings =
    Setting.data + Setting.model + Setting.perturbation + Setting.objective + Setting.schedule
    + Setting.optimizer + Setting.evaluation + [
      Setting(
        "seed", .seed, \.seed, option: "seed",
        "Seed that decides weights, data order and holdout."),
      Setting(
        "holdout", .integer(0...Int(Int32.max)), \.holdout, option: "holdout",
        standard: "5%, at most 2000",
        "Training examples kept aside to choose the best epoch."),
      Setting(
        "train-examples", SettingKind.integer(1...Int(Int32.max)).or("all"), \.trainExamples,
        option: "train-examples", standard: "all",
        "Train on so many examples, drawn at random."),
    ]

  /// The rows by their paths, which are unique.
  private static let byPath = Dictionary(
    settings.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })

  /// The setting at a path; nil where there is none.
  package static subscript(path: String) -> Setting? { byPath[path] }

  /// Returns the setting at a path that a user wrote.
  ///
  /// - Parameters:
  ///   - path: The path.
  ///   - place: Where it is written.
  /// - Throws: ``RecipeError`` for an unknown path, with the nearest known one as its remedy or,
  ///   for a section, the settings that it has.
  package static func setting(
    at path: String, _ place: RecipeError.Place
  ) throws -> Setting {
    if let setting = byPath[path] { return setting }
    let near = Spelling.nearest(to: path, among: settings.map(\.path))
    throw RecipeError(
      place, "unknown setting \"\(path)\"",
      remedy: near.map { "did you mean \($0)?" } ?? inside(path))
  }

  /// Lists what can be meant by the path of a section or by one that is not known at all.
  private static func inside(_ path: String) -> String {
    let keys = keys(in: path)
    return keys.isEmpty
      ? "known are \(self.keys(in: "").joined(separator: ", ")) and what is in them"
      : "\(path) has \(keys.map { "\(path).\($0)" }.joined(separator: ", "))"
  }

  /// Returns the keys in a section, in the table's order.
  ///
  /// - Parameter section: The section's path; an empty text for the top.
  /// - Returns: No keys for a path that is not a section.
  static func keys(in section: String) -> [String] {
    let prefix = section.isEmpty ? "" : section + "."
    var keys: [String] = []
    for setting in settings where setting.path.hasPrefix(prefix) {
      let key = String(setting.path.dropFirst(prefix.count).prefix { $0 != "." })
      if !keys.contains(key) { keys.append(key) }
    }
    return keys
  }
}
