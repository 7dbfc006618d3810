import Crownwork

/// The translation of the library's messages into the language of the command line.
///
/// Errors of the library speak of settings and parameters, in backquotes: "name a folder: `data`
/// FOLDER". Someone at a terminal needs the option: "name a folder: --data FOLDER". The table of
/// settings (`SettingTable`) knows the options of settings; the few other names are listed here.
enum OptionWords {
  /// The names in backquotes that are no settings, and what stands for each of them on the command
  /// line.
  private static let others = [
    "described": "--model", "output": "--output-name", "Sweep": "sweep: crownwork sweep FILE",
    "ModelFile.Description": "--model cnn-2layer --width 1 --hidden 128 --input 28x28x1",
  ]

  /// Returns the text with every name in backquotes replaced by its option.
  ///
  /// A name without an option keeps its backquotes, and so does the whole text if its backquotes do
  /// not come in pairs.
  static func put(into text: String) -> String {
    let parts = text.split(separator: "`", omittingEmptySubsequences: false).map(String.init)
    guard parts.count > 1, parts.count % 2 == 1 else { return text }
    return parts.enumerated().map { index, part in
      guard index % 2 == 1 else { return part }
      return others[part] ?? SettingTable[part]?.option ?? "`\(part)`"
    }.joined()
  }
}
