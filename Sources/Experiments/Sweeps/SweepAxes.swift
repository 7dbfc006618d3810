import Yams

/// What varies in a sweep: the section `sweep` of a recipe, with its three lists.
///
/// A sweep is the product of the three; a list that is left out has one element that changes
/// nothing.
struct SweepAxes {
  /// The models, each merged into the recipe's section `model`.
  private(set) var models = [Alternative.none]
  /// The settings, each merged into the recipe.
  private(set) var settings = [Alternative.none]
  /// The seeds as texts; a single nil stands for the recipe's own.
  private(set) var seeds: [String?] = [nil]
  /// The place of the section, for errors about the sweep as a whole.
  let place: RecipeError.Place

  /// The keys of the section.
  private static let keys = ["models", "settings", "seeds"]

  /// Reads the section.
  ///
  /// - Parameters:
  ///   - document: The recipe with the section.
  ///   - override: Seeds that are given in place of the section's; nil for none.
  ///   - hasSeed: Whether one seed is given beside the file, which goes before all of these.
  /// - Throws: ``RecipeError`` for unknown keys, for models and settings that are no mappings, and
  ///   for seeds that are no numbers.
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

  /// One of the models or settings: a part of a recipe with a label.
  struct Alternative: Equatable {
    /// What tables and folders call it; empty for one that changes nothing.
    var label: String
    /// The part of a recipe, a mapping without the label.
    var node: Node

    /// The alternative that changes nothing.
    static var none: Alternative { Alternative(label: "", node: .empty) }

    /// Returns whether it names another data set than a recipe does. The folder of the data in the
    /// recipe is then dropped, since it belongs to the old set.
    func replacesDataset(of recipe: Node) -> Bool {
      guard let dataset = node.mapping?["dataset"], let own = recipe.mapping?["dataset"] else {
        return false
      }
      return dataset.string != own.string
    }
  }

  /// Returns the alternatives of a list; a single mapping is a list of one, and a list that is left
  /// out is the one alternative that changes nothing.
  ///
  /// One without a label is called by what it says, in one line.
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
  /// A mapping without entries.
  static var empty: Node { Node([(Node, Node)]()) }

  /// Returns a mapping without one of its keys; any other node as it is.
  func without(_ key: String) -> Node {
    guard case .mapping(let mapping) = self else { return self }
    return Node(mapping.filter { $0.key.string != key }.map { ($0.key, $0.value) })
  }

  /// Returns this mapping with another's entries in it.
  ///
  /// Inner mappings are merged too, key by key. A mapping with a `name` replaces the one that was
  /// there, because the settings beside a name belong to that name: the β of one objective has no
  /// meaning for another.
  ///
  /// - Parameter change: The entries that go before those of this mapping; a node that is no
  ///   mapping replaces it.
  func merged(with change: Node) -> Node {
    guard case .mapping(let mapping) = self, case .mapping(let changes) = change,
      changes["name"] == nil
    else { return change }
    // A changed key comes with its own mark, so that errors name its line.
    let kept = mapping.filter { changes[$0.key] == nil }.map { ($0.key, $0.value) }
    let new = changes.map { ($0.key, mapping[$0.key]?.merged(with: $0.value) ?? $0.value) }
    return Node(kept + new)
  }

  /// Returns this recipe with another's settings in it.
  ///
  /// A model with a `start` replaces the one that was there, as one with a `name` does: the network
  /// comes from a file then, and nothing of an architecture goes with it.
  ///
  /// - Parameter change: The settings that go before those of this recipe.
  func mergedAsRecipe(with change: Node) -> Node {
    let replaces = change.mapping?["model"]?.mapping?["start"] != nil
    return (replaces ? without("model") : self).merged(with: change)
  }

  /// The scalars of a mapping in one line, such as `sabr share 0.4` or `length 10`.
  ///
  /// A name is shown without its key, and so are the keys of mappings.
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
