/// A run folder that cannot be used as it was asked for.
///
/// Each case begins with the folder's path. What to do about it depends on the program, which adds
/// it: the command-line tool names its options.
public enum RunError: Error, Sendable, Equatable, CustomStringConvertible {
  /// There are files in the folder in which a run was to begin.
  case exists(String)
  /// Another process is training in the folder.
  case inUse(String)
  /// The run in the folder has other settings than those asked for; the differences are listed.
  case otherRecipe(String, [RecipeDifference])
  /// There is no run in the folder.
  case nothingToResume(String)
  /// No epoch of the run has ended; `failure` is the reason why it cannot go on, where that is
  /// known.
  case noModel(String, failure: String?)

  /// The error as one line.
  public var description: String {
    switch self {
    case .exists(let path): "\(path): there is a run or other files already"
    case .inUse(let path): "\(path): the folder is in use by another process"
    case .otherRecipe(let path, let differences):
      "\(path): the run there has other settings" + Self.list(differences)
    case .nothingToResume(let path): "\(path): there is no run to resume"
    case .noModel(let path, let failure):
      "\(path): the run has no model\(failure.map { ": \($0)" } ?? " yet")"
    }
  }

  /// Lists the first six differences and counts the rest.
  private static func list(_ differences: [RecipeDifference]) -> String {
    let shown = differences.prefix(6).map(\.description)
    let rest = differences.count - shown.count
    return (shown.isEmpty ? "" : ": ") + shown.joined(separator: ", ")
      + (rest > 0 ? " and \(rest) more" : "")
  }
}
