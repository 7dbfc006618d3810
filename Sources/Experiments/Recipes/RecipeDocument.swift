import Yams

/// A recipe's text as a tree of YAML nodes, each with its line.
///
/// The document knows the table's paths but no values: ``settings(beside:)`` flattens the tree into
/// a value for each path, and refuses keys that are not in the table. ``Sweep`` merges several
/// trees into one before that, so that errors in any of them still name their line.
struct RecipeDocument {
  /// The outermost node; nil for an empty text.
  let root: Node?
  /// What errors call the text.
  let file: String

  /// The deepest nesting that is parsed. libyaml recurses over nested collections, so that a
  /// hostile text could exhaust the stack; no recipe needs more than this.
  private static let depthLimit = 32

  /// Creates a document from nodes that were parsed already.
  init(root: Node?, file: String) {
    self.root = root
    self.file = file
  }

  /// Parses YAML.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - file: What errors call it.
  /// - Throws: ``RecipeError`` with the line for text that is no YAML, for a key that occurs twice
  ///   in a mapping, and for one that is nested too deeply.
  init(yaml text: String, file: String) throws {
    self.file = file
    guard Self.depth(text) <= Self.depthLimit else {
      throw RecipeError(.line(1, file: file), "is nested too deeply for a recipe")
    }
    do {
      root = try Yams.compose(yaml: text)
    } catch let error as YamlError {
      throw Self.failure(error, file: file)
    }
  }

  /// Returns the line of a node, for errors; the first line for one that was not parsed.
  func place(of node: Node) -> RecipeError.Place { .line(node.mark?.line ?? 1, file: file) }

  /// Returns what the text gives for each setting, by path. A key with an empty value counts as
  /// left out.
  ///
  /// - Parameter others: Keys at the top that are allowed beside those of the table, and passed
  ///   over.
  /// - Throws: ``RecipeError`` for keys that are not in the table, and where a mapping of settings
  ///   must be but is not.
  func settings(beside others: [String] = []) throws -> [String: GivenValue] {
    var settings: [String: GivenValue] = [:]
    guard let root, !root.isNull else { return settings }
    guard let mapping = root.mapping else {
      let value = GivenValue(path: "a recipe", content: root.content, place: place(of: root))
      throw value.expected("a mapping of settings")
    }
    try collect(mapping, in: "", others, into: &settings)
    return settings
  }

  /// Takes the settings of one section, and of those inside it, into `settings`.
  ///
  /// A path may be a setting and a section at once, such as `optimizer.decay`, which is the word
  /// `none` or a mapping. Its own value is then recorded too.
  private func collect(
    _ mapping: Node.Mapping, in section: String, _ others: [String],
    into settings: inout [String: GivenValue]
  ) throws {
    let known = SettingTable.keys(in: section) + others
    for (key, node) in mapping {
      guard let name = key.string, known.contains(name) else {
        throw unknown(key, in: section, known)
      }
      guard !node.isNull, !others.contains(name) else { continue }
      let path = section.isEmpty ? name : "\(section).\(name)"
      let value = GivenValue(path: path, content: node.content, place: place(of: key))
      let isSection = !SettingTable.keys(in: path).isEmpty
      guard SettingTable[path] != nil || isSection && node.mapping != nil else {
        throw value.expected("a mapping of settings")
      }
      if SettingTable[path] != nil { settings[path] = value }
      if isSection, let mapping = node.mapping {
        try collect(mapping, in: path, [], into: &settings)
      }
    }
  }

  /// The error for a key that nothing knows, with the nearest known one or a list of all.
  func unknown(_ key: Node, in section: String, _ known: [String]) -> RecipeError {
    let inside = section.isEmpty ? "" : " in \(section)"
    return RecipeError(
      place(of: key), "unknown key \(key.content.shown)\(inside)",
      remedy: Spelling.remedy(key.string ?? "", among: known))
  }

  /// An estimate of how deeply a text is nested, made before it is parsed.
  ///
  /// Brackets and braces count wherever they stand, also in quotes and comments. Block collections
  /// count by the indentation of a line, two columns for a level; YAML allows one column, so that
  /// the true depth may be about twice the estimate. The limit leaves room for that.
  private static func depth(_ text: String) -> Int {
    var (open, deepest) = (0, 0)
    for byte in text.utf8 {
      if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") { open += 1 }
      if byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") { open -= 1 }
      deepest = max(deepest, open)
    }
    for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
      let dashes = line.prefix { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: " ") }
      deepest = max(deepest, dashes.count / 2)
    }
    return deepest
  }

  /// Returns the parser's error as one of a recipe, with the line.
  private static func failure(_ error: YamlError, file: String) -> RecipeError {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return RecipeError(.line(mark.line, file: file), "not valid YAML: \(problem)")
    case .duplicatedKeysInMapping(let duplicates, let context):
      let keys = duplicates.map { "\"\($0)\"" }.joined(separator: ", ")
      return RecipeError(.line(context.mark.line, file: file), "the key \(keys) is there twice")
    default:
      return RecipeError(.line(1, file: file), "not valid YAML: \(error)")
    }
  }
}

extension Node {
  /// Whether the node has no value: nothing behind the colon, `~` or `null`.
  var isNull: Bool { scalar != nil && tag == Tag(.null) }

  /// The node without its places, as a setting reads it.
  var content: GivenValue.Content {
    switch self {
    case .scalar(let scalar): .text(scalar.string)
    case .sequence(let items): .list(items.map(\.content))
    case .mapping, .alias: .mapping
    }
  }
}
