import Bounds
import Datasets

/// What values a setting may have: in words, read and written.
struct SettingKind<Value: Sendable>: Sendable {
  /// Behind "must be", such as "a whole number in 1...100".
  let words: String
  /// All values by name, where they have names.
  var choices: [String] = []
  /// Whether an option's value may begin with a minus sign.
  var isNumber = false
  /// Whether it is written in quotes.
  var isQuoted = false
  /// nil for what is no such value.
  let read: @Sendable (GivenValue) -> Value?
  /// A text that reads back as the same value.
  let write: @Sendable (Value) -> String

  /// The value that was given.
  ///
  /// - Throws: ``RecipeError`` saying what was expected, and what it is.
  func value(of given: GivenValue) throws -> Value {
    if case .value(let value) = given.content, let value = value as? Value { return value }
    if let value = read(given) { return value }
    throw given.expected(words, remedy(given))
  }

  private func remedy(_ given: GivenValue) -> String? {
    guard let text = given.text else { return nil }
    return Spelling.nearest(to: text, among: choices).map { "did you mean \($0)?" }
  }

  /// The kind of values that may be absent, for which there is a word.
  func or(_ word: String) -> SettingKind<Value?> {
    SettingKind<Value?>(
      words: "\(word) or \(words)", choices: choices.isEmpty ? [] : [word] + choices,
      isNumber: isNumber, isQuoted: isQuoted,
      read: { given in given.text == word ? .some(nil) : read(given).map { .some($0) } },
      write: { value in value.map(write) ?? word })
  }

  /// The kind of lists of such values.
  func list(_ words: String, counts: ClosedRange<Int> = 1...Int.max) -> SettingKind<[Value]> {
    SettingKind<[Value]>(
      words: words, isNumber: isNumber,
      read: { given in
        guard let items = given.items, counts.contains(items.count) else { return nil }
        let values = items.compactMap {
          read(GivenValue(path: given.path, content: $0, place: given.place))
        }
        return values.count == items.count ? values : nil
      },
      write: { values in "[\(values.map(write).joined(separator: ", "))]" })
  }
}

extension SettingKind where Value == Int {
  static func integer(_ limits: ClosedRange<Int>) -> Self {
    let bound = limits.upperBound == .max ? "of at least \(limits.lowerBound)" : "in \(limits)"
    return SettingKind(words: "a whole number \(bound)", isNumber: true) { given in
      given.text.flatMap(Int.init).flatMap { limits.contains($0) ? $0 : nil }
    } write: {
      "\($0)"
    }
  }
}

extension SettingKind where Value == UInt64 {
  /// Any number up to 2⁶⁴ − 1.
  static var seed: Self {
    SettingKind(words: "a whole number in 0...\(UInt64.max)", isNumber: true) {
      $0.text.flatMap { UInt64($0) }
    } write: {
      "\($0)"
    }
  }
}

extension SettingKind where Value == Float {
  static func number(_ limits: NumberLimits) -> Self {
    SettingKind(words: "a number \(limits.words)", isNumber: true) { given in
      given.text.flatMap(RecipeNumber.parse).flatMap { limits.contains($0) ? $0 : nil }
    } write: {
      "\($0)"
    }
  }

  /// Any finite number.
  static var finite: Self {
    SettingKind(words: "a finite number", isNumber: true) {
      $0.text.flatMap(RecipeNumber.parse)
    } write: {
      "\($0)"
    }
  }

  /// A radius in raw units.
  static var epsilon: Self {
    SettingKind(words: "a finite number, zero or more, such as 0.3 or 8/255", isNumber: true) {
      $0.text.flatMap(RecipeNumber.parse).flatMap { $0 >= 0 ? $0 : nil }
    } write: {
      EpsilonText.exact($0)
    }
  }
}

extension SettingKind where Value == Bool {
  static var flag: Self {
    SettingKind(words: "true or false", choices: ["true", "false"]) { given in
      switch given.text {
      case "true", "yes": true
      case "false", "no": false
      default: nil
      }
    } write: {
      "\($0)"
    }
  }

  /// A section of settings, or a word in its place; true for the word.
  static func section(or words: String...) -> Self {
    SettingKind(
      words: "\(words.joined(separator: " or ")) or a mapping of settings", choices: words
    ) { given in
      if case .mapping = given.content { return false }
      return given.text.map(words.contains) == true ? true : nil
    } write: {
      $0 ? words[0] : "{}"
    }
  }
}

extension SettingKind where Value == String {
  /// A path, kept as an absolute one.
  static var path: Self {
    SettingKind(words: "a path", isQuoted: true) { given in
      given.absolutePath
    } write: {
      $0
    }
  }

  static func choice(_ names: [String]) -> Self {
    SettingKind(words: "one of \(names.joined(separator: ", "))", choices: names) { given in
      given.text.flatMap { names.contains($0) ? $0 : nil }
    } write: {
      $0
    }
  }
}

extension SettingKind
where Value: CaseIterable & RawRepresentable<String>, Value.AllCases: Sendable {
  /// One of the cases of a type, by name.
  static var choice: Self {
    let names = Value.allCases.map(\.rawValue)
    return SettingKind(words: "one of \(names.joined(separator: ", "))", choices: names) {
      $0.text.flatMap(Value.init(rawValue:))
    } write: {
      $0.rawValue
    }
  }
}
