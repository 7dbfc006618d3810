import Networks

/// Many trainings that are compared in one table: every model with every setting from every seed.
public struct Sweep: Sendable {
  /// Of the file, without its ending.
  public let name: String
  /// Models first, then settings, then seeds, in the file's order.
  public let runs: [PlannedRun]

  init(name: String, runs: [PlannedRun]) {
    self.name = name
    self.runs = runs
  }
}

/// One training of a sweep.
public struct PlannedRun: Sendable {
  /// Such as "cnn-2layer w1 L128".
  public let model: String
  /// What the file calls the setting; empty where there is only one.
  public let setting: String
  public let recipe: Recipe

  public var seed: UInt64 { recipe.seed }

  /// In words.
  public var label: String {
    [model, setting, "seed \(seed)"].filter { !$0.isEmpty }.joined(separator: ", ")
  }

  /// The name of its folder: the label in letters, digits, dots and dashes, at most 100 bytes of
  /// the model and of the setting.
  package var folder: String {
    let parts = [model, setting, "seed-\(seed)"].map { part in
      let safe = part.map { $0.isLetter || $0.isNumber || $0 == "." ? $0 : "-" }
      let name = String(safe).split(separator: "-").joined(separator: "-")
      return name.reduce(into: "") { start, letter in
        if start.utf8.count + letter.utf8.count <= 100 { start.append(letter) }
      }
    }
    return parts.filter { !$0.isEmpty }.joined(separator: "_")
  }
}

extension Recipe.Model {
  /// As tables show it: "cnn-2layer w1 L128", or what the network to start from was called.
  func label(start: String?) -> String {
    if self.start != nil, let start { return start }
    let letters = [("kernel", "k"), ("blocks", "b"), ("width", "w"), ("hidden", "L")]
    let options = letters.compactMap { key, letter in
      architecture.options[key].map { letter + $0.map(String.init).joined(separator: ",") }
    }
    return ([architecture.name] + options).joined(separator: " ")
  }
}
