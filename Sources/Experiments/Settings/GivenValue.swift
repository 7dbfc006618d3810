import Foundation

/// The value of a setting as someone gives it: its text, list or mapping, and where that stands.
///
/// Files, options and recipes that exist already all end in this form, so that one reader serves
/// them and every error can name its place. What the value means is decided by the setting's
/// ``SettingKind``.
struct GivenValue: Sendable {
  /// What is given, without its place.
  indirect enum Content: Sendable {
    /// A scalar, still as text: whether `1` is a number is for the setting to say.
    case text(String)
    /// A list of YAML.
    case list([Content])
    /// A section of settings; they are values of their own.
    case mapping
    /// A value of the setting's own type, from a recipe, that needs no reading.
    case value(any Sendable)
  }

  /// The setting's keys, such as `schedule.ramp.start`.
  let path: String
  /// What is given.
  let content: Content
  /// Where it is given.
  let place: RecipeError.Place

  /// The last one of the keys, by which errors name the setting.
  var key: String { path.split(separator: ".").last.map(String.init) ?? path }

  /// The text; nil for anything else.
  var text: String? { if case .text(let text) = content { text } else { nil } }

  /// Whether it goes before what a file says.
  var isOption: Bool { if case .option = place { true } else { false } }

  /// Returns an error at the place of the value.
  func fail(_ problem: String, _ remedy: String? = nil) -> RecipeError {
    RecipeError(place, problem, remedy: remedy)
  }

  /// Returns the error for a value that is not what it must be.
  ///
  /// - Parameters:
  ///   - what: What the value must be, a phrase behind "must be".
  ///   - remedy: What to do about it.
  func expected(_ what: String, _ remedy: String? = nil) -> RecipeError {
    fail("\(key) must be \(what), not \(content.shown)", remedy)
  }

  /// The elements of a list; nil for a mapping.
  ///
  /// A text is split at its commas, with or without brackets around it, since options give lists in
  /// that form: `--seeds 0,1,2`. A single value is a list of one.
  var items: [Content]? {
    switch content {
    case .list(let items): items
    case .text(let text): Self.split(text).map { .text($0) }
    case .mapping, .value: nil
    }
  }

  /// Returns the parts of a text between commas that stand neither in parentheses nor in double
  /// quotes, without quotes and spaces around them.
  ///
  /// Commas in parentheses belong to the settings of a method, as in `alpha-crown(slope: one,
  /// iterations: 50)`.
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

  /// Whether it is a scalar.
  private var isText: Bool { if case .text = self { true } else { false } }

  /// Returns the beginning of a text in quotes, with what could break the line or drive a terminal
  /// escaped.
  private static func quoted(_ text: String) -> String {
    "\"" + text.unicodeScalars.prefix(60).map { $0.escaped(asASCII: false) }.joined() + "\""
  }
}
