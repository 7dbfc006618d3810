import Bounds
import Datasets
import Formats
import Networks

/// Which runs of a sweep can be trained, found out before the first one is.
package struct SweepCheck: Sendable {
  private var recipes: [String: Recipe] = [:]
  private var problems: [String: String] = [:]

  /// Knows of no run yet.
  package init() {}

  /// Checks runs without making their networks.
  ///
  /// - Parameter load: Gives the data of a recipe; where they are missing, a run of a published data
  ///   set is still checked against its shape if `needsData` is false.
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

  /// Why a run cannot be trained; nil where nothing is known to hinder it.
  package func problem(of run: PlannedRun) -> String? { problems[run.folder] }

  /// The recipe of a run that can be trained, resolved for its data; nil for any other.
  package func recipe(of run: PlannedRun) -> Recipe? { recipes[run.folder] }

  /// Why an architecture does not fit the images of a published data set.
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
  /// [height, width, channels] of the images of a published data set, all of which have ten classes.
  fileprivate var shape: [Int]? {
    switch self {
    case .digits: [8, 8, 1]
    case .mnist, .fashionMNIST: [28, 28, 1]
    case .cifar10: [32, 32, 3]
    case .images: nil
    }
  }
}
