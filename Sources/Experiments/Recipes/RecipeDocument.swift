import Yams

/// A recipe's text as nodes, each with its line.
struct RecipeDocument {
  /// nil for an empty text.
  let root: Node?
  /// What errors call the text.
  let file: String

  /// libyaml recurses over nested collections; no recipe needs more than this.
  private static let depthLimit = 32

  init(root: Node?, file: String) {
    self.root = root
    self.file = file
  }

  /// Reads YAML.
  ///
  /// - Throws: ``RecipeError`` with the line of what is none.
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

  func place(of node: Node) -> RecipeError.Place { .line(node.mark?.line ?? 1, file: file) }

  /// What the text gives, by path.
  ///
  /// - Parameter others: Keys at the top, beside those of the table.
  /// - Throws: ``RecipeError`` for keys that are not in the table, and where settings must be but
  ///   are not.
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

  /// The error for a key that nothing knows.
  func unknown(_ key: Node, in section: String, _ known: [String]) -> RecipeError {
    let inside = section.isEmpty ? "" : " in \(section)"
    return RecipeError(
      place(of: key), "unknown key \(key.content.shown)\(inside)",
      remedy: Spelling.remedy(key.string ?? "", among: known))
  }

  /// An upper bound of the depth of flow collections, and of block ones by indentation.
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
  var isNull: Bool { scalar != nil && tag == Tag(.null) }

  var content: GivenValue.Content {
    switch self {
    case .scalar(let scalar): .text(scalar.string)
    case .sequence(let items): .list(items.map(\.content))
    case .mapping, .alias: .mapping
    }
  }
}
