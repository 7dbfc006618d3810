import Foundation
import Yams

/// A number as recipes and options write it: 0.1, 1e-3 or a fraction such as 8/255.
public enum RecipeNumber {
  /// The value of a text; nil for anything that is not a finite number.
  public static func parse(_ text: String) -> Float? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
      .map { $0.trimmingCharacters(in: .whitespaces) }
    guard (1...2).contains(parts.count) else { return nil }
    if parts.count == 1 { return Float(parts[0]).flatMap { $0.isFinite ? $0 : nil } }
    guard let numerator = Double(parts[0]), let denominator = Double(parts[1]) else { return nil }
    let value = Float(numerator / denominator)
    return value.isFinite ? value : nil
  }
}

/// Typed values of settings. Each throws ``RecipeError`` saying what was expected and found.
extension RecipeFields.Value {
  func number() throws -> Float {
    guard let text = node.scalar?.string, let value = RecipeNumber.parse(text) else {
      throw expected("a finite number", "such as 0.1, 1e-3 or 8/255")
    }
    return value
  }

  func number(_ what: String, where holds: (Float) -> Bool) throws -> Float {
    let value = try number()
    guard holds(value) else { throw expected(what) }
    return value
  }

  func integer(_ range: ClosedRange<Int>) throws -> Int {
    guard let text = node.scalar?.string, let value = Int(text), range.contains(value) else {
      let bound = range.upperBound == .max ? "of at least \(range.lowerBound)" : "in \(range)"
      throw expected("a whole number \(bound)")
    }
    return value
  }

  /// A number up to 2⁶⁴ − 1.
  func seed() throws -> UInt64 {
    guard let text = node.scalar?.string, let value = UInt64(text) else {
      throw expected("a whole number of at least 0")
    }
    return value
  }

  func text() throws -> String {
    guard let text = node.scalar?.string, !text.isEmpty else { throw expected("a text") }
    return text
  }

  func flag() throws -> Bool {
    switch node.scalar?.string {
    case "true", "yes": return true
    case "false", "no": return false
    default: throw expected("true or false")
    }
  }

  /// One of some words.
  func choice<Choice>(_ choices: [(String, Choice)]) throws -> Choice {
    let names = choices.map(\.0)
    guard let text = node.scalar?.string else {
      throw expected("one of \(names.joined(separator: ", "))")
    }
    guard let found = choices.first(where: { $0.0 == text }) else {
      let near = Nearest.match(text, among: names)
      throw expected(
        "one of \(names.joined(separator: ", "))", near.map { "did you mean \($0)?" })
    }
    return found.1
  }

  func choice<Choice: RawRepresentable & CaseIterable>(
    _ type: Choice.Type
  ) throws -> Choice where Choice.RawValue == String {
    try choice(type.allCases.map { ($0.rawValue, $0) })
  }

  /// The elements of a list; of an option's text, what commas separate; a single value is a list
  /// of one.
  func list() throws -> [RecipeFields.Value] {
    switch node {
    case .sequence(let items):
      return items.map { RecipeFields.Value(name: name, node: $0, place: place) }
    case .scalar(let scalar):
      return scalar.string.split(separator: ",", omittingEmptySubsequences: false).map {
        RecipeFields.Value(
          name: name, node: Node($0.trimmingCharacters(in: .whitespaces)), place: place)
      }
    default: throw expected("a list")
    }
  }

  /// A pair of numbers.
  func pair(_ what: String) throws -> (Float, Float) {
    let items = try list()
    guard items.count == 2 else { throw expected("\(what), two numbers") }
    return (try items[0].number(), try items[1].number())
  }
}
