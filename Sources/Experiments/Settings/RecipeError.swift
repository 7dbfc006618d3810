/// A setting that makes no sense, and where it was made.
///
/// Its ``description`` is one line, fit to be shown to a user as it is: `PLACE: problem; remedy`,
/// such as `mnist.yaml:4: epochs must be a whole number in 1...1000000, not "ten"`.
public struct RecipeError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The place that a setting comes from.
  package enum Place: Sendable, Equatable, CustomStringConvertible {
    /// A line of a file, counted from 1.
    case line(Int, file: String)
    /// What someone gives beside the file, by the name that it has there, such as `--epsilon`.
    case option(String)
    /// The settings of a run or a model, by the name that errors call it.
    case stored(String)

    /// The place as the beginning of an error.
    public var description: String {
      switch self {
      case .line(let line, let file): "\(file):\(line)"
      case .option(let name), .stored(let name): name
      }
    }
  }

  /// Where the setting was made.
  package let place: Place
  /// What is wrong, a phrase without a full stop.
  package let problem: String
  /// What to do about it, where something useful can be said.
  ///
  /// Settings and parameters that are named in it stand in backquotes, so that a program can put
  /// what it calls them in their place, such as its options.
  package let remedy: String?

  /// Creates an error from its parts.
  package init(_ place: Place, _ problem: String, remedy: String? = nil) {
    self.place = place
    self.problem = problem
    self.remedy = remedy
  }

  /// One line: `PLACE: problem; remedy`.
  public var description: String {
    let text = "\(place): \(problem)" + (remedy.map { "; \($0)" } ?? "")
    return text.split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}
