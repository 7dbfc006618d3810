import Datasets
import Foundation

/// Each data set of a sweep once.
package struct DatasetCache {
  private let fetches: Bool
  private var datasets: [(recipe: Recipe, dataset: Dataset)] = []

  package init(fetches: Bool) { self.fetches = fetches }

  /// The data of a recipe.
  ///
  /// - Parameter report: Called before each download.
  /// - Throws: ``FormatError``.
  package mutating func load(
    _ recipe: Recipe, report: (URL) -> Void = { _ in }
  ) throws -> Dataset {
    let known = datasets.first {
      $0.recipe.dataset == recipe.dataset && $0.recipe.data == recipe.data
        && $0.recipe.images == recipe.images
    }
    if let known { return known.dataset }
    let dataset = try recipe.loadDataset(fetch: fetches, report: report)
    datasets.append((recipe, dataset))
    return dataset
  }
}
