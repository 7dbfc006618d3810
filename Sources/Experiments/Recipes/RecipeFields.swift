import Bounds
import Yams

/// A mapping of a recipe while it is read: typed access by key, overrides first, errors with
/// place.
struct RecipeFields {
  let path: String
  let file: String
  let overrides: [RecipeOverride]
  /// Where the mapping itself stands.
  let place: RecipeError.Place
  private let entries: [String: Entry]

  private struct Entry {
    let node: Node
    let place: RecipeError.Place
  }

  /// One setting found: its text or nodes, its place and its name in errors.
  struct Value {
    let name: String
    let node: Node
    let place: RecipeError.Place

    func fail(_ problem: String, _ remedy: String? = nil) -> RecipeError {
      RecipeError(place, problem, remedy: remedy)
    }

    func expected(_ what: String, _ remedy: String? = nil) -> RecipeError {
      fail("\(name) must be \(what), not \(node.shown)", remedy)
    }
  }

  /// Reads a mapping; an absent node is an empty one. Throws ``RecipeError`` for a node of another
  /// kind and for keys not in `known`.
  init(
    _ value: Value?, path: String = "", known: [String], file: String,
    overrides: [RecipeOverride]
  ) throws {
    self.path = path
    self.file = file
    self.overrides = overrides
    place = value?.place ?? .line(1, file: file)
    var entries: [String: Entry] = [:]
    if let value, !value.node.isNull {
      guard let mapping = value.node.mapping else {
        throw value.expected("a mapping of settings")
      }
      for (key, node) in mapping {
        let place = RecipeError.Place.line(key.mark?.line ?? 1, file: file)
        guard let name = key.string, known.contains(name) else {
          throw Self.unknown(key, place, in: path, known)
        }
        entries[name] = Entry(node: node, place: place)
      }
    }
    self.entries = entries
  }

  private static func unknown(
    _ key: Node, _ place: RecipeError.Place, in path: String, _ known: [String]
  ) -> RecipeError {
    let inside = path.isEmpty ? "" : " in \(path)"
    return RecipeError(
      place, "unknown key \(key.shown)\(inside)",
      remedy: Nearest.remedy(key.string ?? "", among: known))
  }

  /// The setting of a key, from an override if there is one; nil if it is left out.
  subscript(key: String) -> Value? {
    let name = path.isEmpty ? key : "\(path).\(key)"
    if let override = overrides.last(where: { $0.path == name }) {
      return Value(
        name: key, node: Node(override.value), place: .option(override.option))
    }
    guard let entry = entries[key], !entry.node.isNull else { return nil }
    return Value(name: key, node: entry.node, place: entry.place)
  }

  /// Where a key's value comes from, or the mapping's place.
  func place(_ keys: String...) -> RecipeError.Place {
    keys.lazy.compactMap { self[$0]?.place }.first ?? place
  }

  func isOverridden(_ key: String) -> Bool {
    let name = path.isEmpty ? key : "\(path).\(key)"
    return overrides.contains { $0.path == name }
  }

  /// Whether an option puts another text in the place of one in the file.
  func isReplaced(_ key: String) -> Bool {
    guard isOverridden(key), let own = entries[key]?.node.scalar?.string else { return false }
    return self[key]?.node.scalar?.string != own
  }

  /// The mapping under a key.
  func fields(_ key: String, known: [String]) throws -> RecipeFields {
    let value = entries[key].map { Value(name: key, node: $0.node, place: $0.place) }
    return try RecipeFields(
      value, path: path.isEmpty ? key : "\(path).\(key)", known: known, file: file,
      overrides: overrides)
  }
}

extension Node {
  var isNull: Bool { scalar != nil && tag == Tag(.null) }

  /// The node as an error shows it, short and on one line.
  var shown: String {
    switch self {
    case .mapping: "a mapping"
    case .sequence(let items): "a list of \(items.count)"
    case .scalar(let scalar):
      "\"" + scalar.string.unicodeScalars.prefix(60).map { $0.escaped(asASCII: false) }.joined()
        + "\""
    case .alias: "an alias"
    }
  }
}
