/// A setting that makes no sense, and where it was made. One line: `PLACE: problem; remedy`.
public struct RecipeError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Where a setting comes from.
  package enum Place: Sendable, Equatable, CustomStringConvertible {
    /// A line of a file, from 1.
    case line(Int, file: String)
    /// What someone gives beside the file, by the name that it has there, such as "--epsilon".
    case option(String)
    /// The settings of a run or a model, by its name.
    case stored(String)

    public var description: String {
      switch self {
      case .line(let line, let file): "\(file):\(line)"
      case .option(let name), .stored(let name): name
      }
    }
  }

  package let place: Place
  package let problem: String
  /// What to do. Settings and parameters that are named in it stand in backquotes, so that a
  /// program can put what it calls them in their place.
  package let remedy: String?

  package init(_ place: Place, _ problem: String, remedy: String? = nil) {
    self.place = place
    self.problem = problem
    self.remedy = remedy
  }

  public var description: String {
    let text = "\(place): \(problem)" + (remedy.map { "; \($0)" } ?? "")
    return text.split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}
