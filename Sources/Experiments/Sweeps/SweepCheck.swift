import Bounds
import Datasets
import Formats
import Networks

/// The knowledge of which runs of a sweep can be trained, gained before the first one is.
///
/// A sweep may take days. A model that does not fit the images, or a folder that is not there,
/// should be known in the first second and not in the last hour. The other runs are trained all the
/// same.
package struct SweepCheck: Sendable {
  /// The resolved recipes of runs that can be trained, by the names of their folders.
  private var recipes: [String: Recipe] = [:]
  /// The problems of the other runs, by the names of their folders.
  private var problems: [String: String] = [:]

  /// Creates a check that knows of no run yet.
  package init() {}

  /// Checks runs without making their networks.
  ///
  /// - Parameters:
  ///   - runs: The runs to check.
  ///   - needsData: Whether a run whose data are missing is refused. If not, a run of a known data
  ///     set is still checked against the shape of its images.
  ///   - load: Returns the data of a recipe.
  /// - Throws: What `load` throws where files cannot be written; whatever else it throws is the
  ///   problem of the run.
  package init(
    of runs: [PlannedRun], needsData: Bool = true, load: (Recipe) throws -> Dataset
  ) throws {
    for run in runs {
      do {
        recipes[run.folder] = try run.recipe.checked(for: load(run.recipe))
      } catch let error as FormatError where error.kind == .cannotWrite {
        throw error
      } catch let error as FormatError where error.kind == .missingInput && !needsData {
        problems[run.folder] =
          run.recipe.dataset.shape == nil ? "\(error)" : Self.misfit(run.recipe)
      } catch {
        problems[run.folder] = "\(error)"
      }
    }
  }

  /// Notes a problem that has shown itself only later.
  package mutating func add(_ problem: String, of run: PlannedRun) {
    problems[run.folder] = problem
  }

  /// Returns why a run cannot be trained; nil where nothing is known to hinder it.
  package func problem(of run: PlannedRun) -> String? { problems[run.folder] }

  /// Returns the recipe of a run that can be trained, resolved for its data; nil for any other.
  package func recipe(of run: PlannedRun) -> Recipe? { recipes[run.folder] }

  /// Returns why an architecture does not fit the images of a known data set; nil where it does, or
  /// where a network to start from would have to be read.
  private static func misfit(_ recipe: Recipe) -> String? {
    guard let input = recipe.dataset.shape, recipe.model.start == nil else { return nil }
    do {
      _ = try recipe.model.architecture.parameterShapes(input: input, classes: 10)
      return nil
    } catch {
      return "\(error)"
    }
  }
}

extension DatasetName {
  /// The shape [height, width, channels] of the images of a known data set; nil for the user's own.
  /// All known sets have ten classes.
  fileprivate var shape: [Int]? {
    switch self {
    case .digits: [8, 8, 1]
    case .mnist, .fashionMNIST: [28, 28, 1]
    case .cifar10: [32, 32, 3]
    case .images: nil
    }
  }
}
