import Bounds
import Datasets

/// The values that a setting may have: said in words, read from text and written as text.
///
/// One kind serves all of its uses, so that the error for a wrong value, the page of settings, the
/// reader and the writer cannot contradict each other. Kinds are combined: ``or(_:)`` adds a word
/// for no value, ``list(_:counts:)`` makes lists.
///
/// Reading what was written gives the same value.
struct SettingKind<Value: Sendable>: Sendable {
  /// The values as a phrase behind "must be", such as `a whole number in 1...100`.
  let words: String
  /// All values by name; empty where they have no names.
  var choices: [String] = []
  /// Whether an option's value may begin with a minus sign.
  var isNumber = false
  /// Whether the value is written in quotes.
  var isQuoted = false
  /// Returns the value that is given; nil for what is no such value.
  let read: @Sendable (GivenValue) -> Value?
  /// Returns a text that reads back as the same value.
  let write: @Sendable (Value) -> String

  /// Returns the value that was given.
  ///
  /// - Throws: ``RecipeError`` that says what was expected and what it is, with the nearest name
  ///   where the value has one.
  func value(of given: GivenValue) throws -> Value {
    if case .value(let value) = given.content, let value = value as? Value { return value }
    if let value = read(given) { return value }
    throw given.expected(words, remedy(given))
  }

  /// Returns a question whether the nearest name was meant; nil where none is near.
  private func remedy(_ given: GivenValue) -> String? {
    guard let text = given.text else { return nil }
    return Spelling.nearest(to: text, among: choices).map { "did you mean \($0)?" }
  }

  /// Returns the kind of values that may be absent, for which there is a word such as `none`.
  func or(_ word: String) -> SettingKind<Value?> {
    SettingKind<Value?>(
      words: "\(word) or \(words)", choices: choices.isEmpty ? [] : [word] + choices,
      isNumber: isNumber, isQuoted: isQuoted,
      read: { given in given.text == word ? .some(nil) : read(given).map { .some($0) } },
      write: { value in value.map(write) ?? word })
  }

  /// Returns the kind of lists of such values.
  ///
  /// - Parameters:
  ///   - words: The lists as a phrase behind "must be".
  ///   - counts: The numbers of elements that a list may have.
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
  /// Whole numbers within limits.
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
  /// Seeds: whole numbers from 0 to 2⁶⁴ − 1.
  static var seed: Self {
    SettingKind(words: "a whole number in 0...\(UInt64.max)", isNumber: true) {
      $0.text.flatMap { UInt64($0) }
    } write: {
      "\($0)"
    }
  }
}

extension SettingKind where Value == Float {
  /// Numbers within limits, which may be written as fractions.
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

  /// Radii in raw units, pixels in [0, 1]: finite numbers, zero or more. They are written as
  /// fractions where that is what someone would write.
  static var epsilon: Self {
    SettingKind(words: "a finite number, zero or more, such as 0.3 or 8/255", isNumber: true) {
      $0.text.flatMap(RecipeNumber.parse).flatMap { $0 >= 0 ? $0 : nil }
    } write: {
      EpsilonText.exact($0)
    }
  }
}

extension SettingKind where Value == Bool {
  /// True or false; `yes` and `no` are understood too.
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
  ///
  /// - Parameter words: The words that may stand in place of the mapping, at least one; the first
  ///   one is written.
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
  /// Paths, which are made absolute when they are read (``GivenValue/absolutePath``).
  static var path: Self {
    SettingKind(words: "a path", isQuoted: true) { given in
      given.absolutePath
    } write: {
      $0
    }
  }

  /// One of some names.
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
  /// One of the cases of a type, by its raw value.
  static var choice: Self {
    let names = Value.allCases.map(\.rawValue)
    return SettingKind(words: "one of \(names.joined(separator: ", "))", choices: names) {
      $0.text.flatMap(Value.init(rawValue:))
    } write: {
      $0.rawValue
    }
  }
}
