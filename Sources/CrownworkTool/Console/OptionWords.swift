import Crownwork

/// Puts options into the errors of the library, which speak of settings and parameters.
enum OptionWords {
  /// What the library calls in backquotes, beside the settings of the table.
  private static let others = [
    "described": "--model", "output": "--output-name", "Sweep": "sweep: crownwork sweep FILE",
    "ModelFile.Description": "--model cnn-2layer --width 1 --hidden 128 --input 28x28x1",
  ]

  /// The text with the option of each setting that it names in backquotes.
  static func put(into text: String) -> String {
    let parts = text.split(separator: "`", omittingEmptySubsequences: false).map(String.init)
    guard parts.count > 1, parts.count % 2 == 1 else { return text }
    return parts.enumerated().map { index, part in
      guard index % 2 == 1 else { return part }
      return others[part] ?? SettingTable[part]?.option ?? "`\(part)`"
    }.joined()
  }
}
