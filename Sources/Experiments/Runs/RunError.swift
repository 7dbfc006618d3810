/// A run folder that cannot be used as asked.
public enum RunError: Error, Sendable, Equatable, CustomStringConvertible {
  case exists(String)
  /// Another process is training in the folder.
  case inUse(String)
  /// The run there has other settings than those asked for.
  case otherRecipe(String, [RecipeDifference])
  case nothingToResume(String)
  /// No epoch of the run has ended; why it cannot go on, where that is known.
  case noModel(String, failure: String?)

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

  private static func list(_ differences: [RecipeDifference]) -> String {
    let shown = differences.prefix(6).map(\.description)
    let rest = differences.count - shown.count
    return (shown.isEmpty ? "" : ": ") + shown.joined(separator: ", ")
      + (rest > 0 ? " and \(rest) more" : "")
  }
}
