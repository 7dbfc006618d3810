import Yams

/// What varies in a sweep: the section `sweep` of a recipe.
struct SweepAxes {
  private(set) var models = [Alternative.none]
  private(set) var settings = [Alternative.none]
  /// The texts of the seeds; nil for the recipe's own.
  private(set) var seeds: [String?] = [nil]
  /// Where the section stands.
  let place: RecipeError.Place

  private static let keys = ["models", "settings", "seeds"]

  /// Reads the section.
  ///
  /// - Parameters:
  ///   - seeds: What is given in place of the section's.
  ///   - hasSeed: Whether one seed is given beside the file, which goes before all of these.
  /// - Throws: ``RecipeError``.
  init(_ document: RecipeDocument, seeds override: RecipeOverride?, hasSeed: Bool) throws {
    var given: [String: GivenValue] = [:]
    var nodes: [String: [Node]] = [:]
    let entry = document.root?.mapping?.first { $0.key.string == "sweep" && !$0.value.isNull }
    place = entry.map { document.place(of: $0.key) } ?? .line(1, file: document.file)
    if let entry {
      let value = GivenValue(path: "sweep", content: entry.value.content, place: place)
      guard let mapping = entry.value.mapping else { throw value.expected("a mapping of settings") }
      for (key, node) in mapping {
        guard let name = key.string, Self.keys.contains(name) else {
          throw document.unknown(key, in: "sweep", Self.keys)
        }
        guard !node.isNull else { continue }
        given[name] = GivenValue(
          path: "sweep.\(name)", content: node.content, place: document.place(of: key))
        nodes[name] = node.sequence.map(Array.init) ?? [node]
      }
    }
    if let override {
      given["seeds"] = GivenValue(
        path: override.path, content: .text(override.value), place: .option(override.option))
    }
    models = try Self.alternatives(nodes["models"], given["models"])
    settings = try Self.alternatives(nodes["settings"], given["settings"])
    if let value = given["seeds"], !hasSeed {
      let kind = SettingKind<UInt64>.seed
      self.seeds = try kind.list("\(kind.words), or a list of them").value(of: value).map {
        "\($0)"
      }
    }
  }

  /// One of the models or settings.
  struct Alternative: Equatable {
    var label: String
    var node: Node

    static var none: Alternative { Alternative(label: "", node: .empty) }

    /// Whether it names another data set than a recipe, whose folder goes with its own.
    func replacesDataset(of recipe: Node) -> Bool {
      guard let dataset = node.mapping?["dataset"], let own = recipe.mapping?["dataset"] else {
        return false
      }
      return dataset.string != own.string
    }
  }

  private static func alternatives(
    _ nodes: [Node]?, _ value: GivenValue?
  ) throws -> [Alternative] {
    guard let nodes, let value else { return [.none] }
    return try nodes.map { node in
      guard case .mapping(let mapping) = node else {
        throw value.expected("a list of mappings of settings")
      }
      return Alternative(
        label: mapping["label"]?.string ?? node.summary, node: node.without("label"))
    }
  }
}

extension Node {
  static var empty: Node { Node([(Node, Node)]()) }

  func without(_ key: String) -> Node {
    guard case .mapping(let mapping) = self else { return self }
    return Node(mapping.filter { $0.key.string != key }.map { ($0.key, $0.value) })
  }

  /// This mapping with another's entries in it: a mapping with a name replaces the one that was
  /// there, any other is merged into it.
  func merged(with change: Node) -> Node {
    guard case .mapping(let mapping) = self, case .mapping(let changes) = change,
      changes["name"] == nil
    else { return change }
    // A changed key comes with its own mark, so that errors name its line.
    let kept = mapping.filter { changes[$0.key] == nil }.map { ($0.key, $0.value) }
    let new = changes.map { ($0.key, mapping[$0.key]?.merged(with: $0.value) ?? $0.value) }
    return Node(kept + new)
  }

  /// The scalars of a mapping in one line: "sabr share 0.4", "length 10".
  var summary: String {
    switch self {
    case .mapping(let mapping):
      mapping.map { key, node in
        guard let name = key.string, name != "name", node.mapping == nil else {
          return node.summary
        }
        return "\(name) \(node.summary)"
      }.joined(separator: " ")
    case .sequence(let items): items.map(\.summary).joined(separator: ",")
    case .scalar(let scalar): scalar.string
    case .alias: ""
    }
  }
}
