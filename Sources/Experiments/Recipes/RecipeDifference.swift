import Foundation
import RobustTraining

/// A setting in which two recipes differ.
public struct RecipeDifference: Sendable, Equatable, CustomStringConvertible {
  /// Its keys, such as "optimizer.learning-rate".
  package let path: String
  /// What the first recipe says, as YAML; nil where it has no such setting.
  package let own: String?
  /// What the other one says.
  package let other: String?

  /// "seed is 0, not 1".
  public var description: String { "\(path) is \(own ?? "left out"), not \(other ?? "left out")" }

  /// Whether a training so far is the same with either: how many epochs follow, and where the data
  /// are, does not change what has been done.
  var leavesState: Bool { path == "schedule.epochs" || path == "data" }
}

extension Recipe {
  /// The settings in which this recipe differs from another one, in the order in which they are
  /// written.
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
  /// Recipes may differ in what leaves the state alone: the number of epochs, and where the data are.
  ///
  /// - Throws: ``FormatError`` and ``TrainingError/checkpoint(_:)``, as
  ///   ``restore(from:settings:areSame:)``.
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
