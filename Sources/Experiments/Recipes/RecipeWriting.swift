extension Recipe {
  /// The complete recipe as YAML: every setting, none left to a default; reads back as an equal
  /// recipe.
  public var yaml: String {
    let entries = texts.map { setting, text in
      (
        keys: setting.path.split(separator: ".")[...],
        text: setting.isQuoted ? Self.quoted(text) : text
      )
    }
    return Self.parts(entries).map { $0 + "\n" }.joined()
  }

  /// Every setting that the recipe says, with its value as a text.
  var texts: [(setting: Setting, text: String)] {
    let draft = RecipeDraft(self)
    return SettingTable.settings.compactMap { setting in
      setting.write(draft).map { (setting, $0) }
    }
  }

  /// "key: value" of each key, with those that share one in a mapping.
  private static func parts(_ entries: [(keys: ArraySlice<Substring>, text: String)]) -> [String] {
    var parts: [String] = []
    var rest = entries[...]
    while let first = rest.first, let key = first.keys.first {
      let group = rest.prefix { $0.keys.first == key }
      rest = rest.dropFirst(group.count)
      let inner = group.filter { $0.keys.count > 1 }.map { ($0.keys.dropFirst(), $0.text) }
      parts.append(
        "\(key): "
          + (inner.isEmpty ? first.text : "{ \(Self.parts(inner).joined(separator: ", ")) }"))
    }
    return parts
  }

  /// A text in double quotes, as YAML and JSON both read it.
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
