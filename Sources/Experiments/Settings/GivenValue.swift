import Foundation

/// The value of a setting as someone gives it: its text, list or mapping, and where that stands.
struct GivenValue: Sendable {
  /// What is given, whether by a file, an option or a recipe that there is already.
  indirect enum Content: Sendable {
    case text(String)
    case list([Content])
    /// A section of settings; they are values of their own.
    case mapping
    /// A value that needs no reading.
    case value(any Sendable)
  }

  /// Its keys, such as "schedule.ramp.start".
  let path: String
  let content: Content
  let place: RecipeError.Place

  /// The last one of its keys.
  var key: String { path.split(separator: ".").last.map(String.init) ?? path }

  /// The text; nil for anything else.
  var text: String? { if case .text(let text) = content { text } else { nil } }

  /// Whether it goes before what a file says.
  var isOption: Bool { if case .option = place { true } else { false } }

  func fail(_ problem: String, _ remedy: String? = nil) -> RecipeError {
    RecipeError(place, problem, remedy: remedy)
  }

  /// The error for a value that is not what it must be.
  func expected(_ what: String, _ remedy: String? = nil) -> RecipeError {
    fail("\(key) must be \(what), not \(content.shown)", remedy)
  }

  /// The elements of a list: of a text those between commas, in brackets or not; a single value is
  /// a list of one. nil for a mapping.
  var items: [Content]? {
    switch content {
    case .list(let items): items
    case .text(let text): Self.split(text).map { .text($0) }
    case .mapping, .value: nil
    }
  }

  /// The parts between commas that stand neither in parentheses nor in quotes.
  private static func split(_ text: String) -> [String] {
    var inner = Substring(text.trimmingCharacters(in: .whitespaces))
    if inner.hasPrefix("["), inner.hasSuffix("]") { inner = inner.dropFirst().dropLast() }
    if inner.isEmpty, text.contains("[") { return [] }
    var parts = [""]
    var (depth, isQuoted) = (0, false)
    for letter in inner {
      switch letter {
      case "\"": isQuoted.toggle()
      case "(": depth += 1
      case ")": depth -= 1
      case "," where depth == 0 && !isQuoted:
        parts.append("")
        continue
      default: break
      }
      if letter != "\"" { parts[parts.count - 1].append(letter) }
    }
    return parts.map { $0.trimmingCharacters(in: .whitespaces) }
  }
}

extension GivenValue.Content {
  /// The value as an error shows it, short and on one line.
  var shown: String {
    switch self {
    case .text(let text): Self.quoted(text)
    case .list(let items) where items.count <= 4 && items.allSatisfy(\.isText):
      "[\(items.map { $0.shown.dropFirst().dropLast() }.joined(separator: ", "))]"
    case .list(let items): "a list of \(items.count)"
    case .mapping: "a mapping"
    case .value(let value): "\(value)"
    }
  }

  private var isText: Bool { if case .text = self { true } else { false } }

  private static func quoted(_ text: String) -> String {
    "\"" + text.unicodeScalars.prefix(60).map { $0.escaped(asASCII: false) }.joined() + "\""
  }
}
