import Networks

/// The network that a recipe trains.
extension Recipe {
  mutating func readModel(_ top: RecipeFields) throws {
    let fields = try top.fields(
      "model", known: ["name", "width", "blocks", "hidden", "kernel", "mean", "std", "start"])
    let name = try fields["name"]?.choice(Architecture.names.map { ($0, $0) })
    let options = try Self.architectureOptions(fields, name ?? model.architecture.name)
    if name != nil && name != model.architecture.name || !options.isEmpty {
      var all = name == model.architecture.name || name == nil ? model.architecture.options : [:]
      all.merge(options) { $1 }
      do {
        model.architecture = try Architecture(
          name: name ?? model.architecture.name, options: all)
      } catch {
        throw RecipeError(fields.place("name", "width", "blocks", "hidden", "kernel"), "\(error)")
      }
    }
    model.start = try start(fields)
    try readNormalization(fields)
  }

  /// A start given as an option drops the file's architecture; an architecture given so drops the
  /// start.
  private func start(_ fields: RecipeFields) throws -> String? {
    guard let value = fields["start"] else { return nil }
    let others = ["name", "width", "blocks", "hidden", "kernel", "mean", "std"]
    let isOverridden = fields.isOverridden("start")
    for key in others where fields[key] != nil {
      if fields.isOverridden(key), !isOverridden { return nil }
      guard isOverridden, !fields.isOverridden(key) else {
        throw fields[key]!.fail("\(key) and start", "a start brings its own network: leave one out")
      }
    }
    return try value.path()
  }

  /// Options of the architecture; those of the file are dropped where an option of the command
  /// line names another one, which they were not meant for.
  private static func architectureOptions(
    _ fields: RecipeFields, _ name: String
  ) throws -> [String: [Int]] {
    var options: [String: [Int]] = [:]
    for key in ["width", "blocks", "hidden", "kernel"] {
      guard let value = fields[key], !fields.isOverridden("name") || fields.isOverridden(key)
      else { continue }
      guard Architecture.optionNames(of: name).contains(key) else {
        let known = Architecture.optionNames(of: name)
        throw value.fail(
          "\(name) has no option \(key)",
          known.isEmpty ? "it takes none" : "it takes \(known.joined(separator: ", "))")
      }
      options[key] = try value.list().map { try $0.integer(1...65_536) }
    }
    return options
  }
}
