import Foundation

/// A setting that makes no sense, and where it was made. One line: `PLACE: problem; remedy`.
public struct RecipeError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Where a setting comes from.
  public enum Place: Sendable, Equatable, CustomStringConvertible {
    /// A line of a file, from 1.
    case line(Int, file: String)
    /// An option of the command line, such as "--epsilon".
    case option(String)

    public var description: String {
      switch self {
      case .line(let line, let file): "\(file):\(line)"
      case .option(let name): name
      }
    }
  }

  public let place: Place
  public let problem: String
  public let remedy: String?

  public init(_ place: Place, _ problem: String, remedy: String? = nil) {
    self.place = place
    self.problem = problem
    self.remedy = remedy
  }

  public var description: String {
    let text = "\(place): \(problem)" + (remedy.map { "; \($0)" } ?? "")
    return text.split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}

/// A setting given outside the recipe's file, by its path in it, such as "perturbation.epsilon".
public struct RecipeOverride: Sendable, Equatable {
  public let path: String
  public let value: String
  /// What errors call it, such as "--epsilon".
  public let option: String

  public init(_ path: String, _ value: String, option: String) {
    self.path = path
    self.value = value
    self.option = option
  }
}

/// The known word that is nearest to one mistyped.
enum Nearest {
  /// The nearest of some words, if it is near enough to be meant.
  static func match(_ word: String, among known: [String]) -> String? {
    let word = word.prefix(64)
    let ranked = known.map { (word: $0, distance: distance(word.lowercased(), $0)) }
    guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
    return best.distance <= max(2, best.word.count / 2) ? best.word : nil
  }

  /// Levenshtein's distance: single letters inserted, removed or replaced.
  static func distance(_ a: String, _ b: String) -> Int {
    let b = Array(b)
    var row = Array(0...b.count)
    for (i, letter) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for j in b.indices {
        let replaced = diagonal + (letter == b[j] ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
      }
    }
    return row[b.count]
  }

  /// "did you mean X?" or all there are.
  static func remedy(_ word: String, among known: [String]) -> String {
    if let near = match(word, among: known) { return "did you mean \(near)?" }
    return "known are \(known.joined(separator: ", "))"
  }
}
