extension Recipe {
  /// The complete recipe as YAML: every setting, none left to a default.
  ///
  /// The text reads back as a recipe that trains and judges the same; only constants without a
  /// setting, such as the β of Adam (``optimizer``), are not in it. It is what `run.yaml` holds,
  /// and checkpoints compare it to find out whether a run may go on from them. The order is that of
  /// the table of settings, and each section is one line.
  public var yaml: String {
    let entries = texts.map { setting, text in
      (
        keys: setting.path.split(separator: ".")[...],
        text: setting.isQuoted ? Self.quoted(text) : text
      )
    }
    return Self.parts(entries).map { $0 + "\n" }.joined()
  }

  /// Every setting that the recipe says, with its value as a text, in the order of the table.
  var texts: [(setting: Setting, text: String)] {
    let draft = RecipeDraft(self)
    return SettingTable.settings.compactMap { setting in
      setting.write(draft).map { (setting, $0) }
    }
  }

  /// Returns a text `key: value` for each key; entries that share their first key become one
  /// mapping in braces.
  ///
  /// - Parameter entries: The keys of each setting's path that are left, and its value. Entries
  ///   that share a key stand together, as they do in the table.
  private static func parts(_ entries: [(keys: ArraySlice<Substring>, text: String)]) -> [String] {
    var parts: [String] = []
    var rest = entries[...]
    while let first = rest.first, let key = first.keys.first {
      // Only neighbours are grouped: a section that the table splits would be written as two
      // mappings with one key, which YAML refuses.
      let group = rest.prefix { $0.keys.first == key }
      rest = rest.dropFirst(group.count)
      let inner = group.filter { $0.keys.count > 1 }.map { ($0.keys.dropFirst(), $0.text) }
      parts.append(
        "\(key): "
          + (inner.isEmpty ? first.text : "{ \(Self.parts(inner).joined(separator: ", ")) }"))
    }
    return parts
  }

  /// Returns a text in double quotes with the escapes that YAML and JSON have in common.
  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\u{0}"..<"\u{20}", "\u{7f}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
