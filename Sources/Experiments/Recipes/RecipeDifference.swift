import Foundation
import RobustTraining

/// A setting in which two recipes differ, with both values as text.
///
/// Runs use differences to decide whether they can go on with another recipe, and errors list them.
public struct RecipeDifference: Sendable, Equatable, CustomStringConvertible {
  /// The setting's keys, such as `optimizer.learning-rate`.
  package let path: String
  /// The value of the first recipe as YAML; nil where it has no such setting.
  package let own: String?
  /// The value of the other recipe as YAML; nil where it has no such setting.
  package let other: String?

  /// The difference in words, such as `seed is 0, not 1`.
  public var description: String { "\(path) is \(own ?? "left out"), not \(other ?? "left out")" }

  /// Whether a training so far is the same with either value: how many epochs follow, and where the
  /// data are, does not change what has been done.
  var leavesState: Bool { path == "schedule.epochs" || path == "data" }
}

extension Recipe {
  /// Returns the settings in which this recipe differs from another one, in the order in which
  /// recipes are written, with those that only the other one has at the end.
  ///
  /// Values are compared as text; both recipes should be resolved or both not (``resolved(for:)``).
  package func differences(from other: Recipe) -> [RecipeDifference] {
    guard self != other else { return [] }
    let own = texts.map { ($0.setting.path, $0.text) }
    let others = other.texts.map { ($0.setting.path, $0.text) }
    let (values, otherValues) = (Dictionary(own) { $1 }, Dictionary(others) { $1 })
    let added = others.map(\.0).filter { values[$0] == nil }
    return (own.map(\.0) + added).compactMap { path in
      guard values[path] != otherValues[path] else { return nil }
      return RecipeDifference(path: path, own: values[path], other: otherValues[path])
    }
  }
}

extension TrainingRun {
  /// Takes over the state of a checkpoint that was made by the same recipe on the same data.
  ///
  /// The recipes may differ in what leaves the state alone: the number of epochs, and where the
  /// data are.
  ///
  /// - Parameters:
  ///   - url: The checkpoint.
  ///   - recipe: The resolved recipe of this run.
  /// - Throws: ``FormatError`` for a file that cannot be read or is damaged, and
  ///   ``TrainingError/checkpoint(_:)`` for a checkpoint of other settings, other data or another
  ///   network.
  package mutating func restore(from url: URL, recipe: Recipe) throws {
    try restore(from: url, settings: recipe.yaml) { stored, own in
      guard stored != own else { return true }
      guard let one = try? Recipe(yaml: stored), let other = try? Recipe(yaml: own) else {
        return false
      }
      return one.differences(from: other).allSatisfy(\.leavesState)
    }
  }
}
