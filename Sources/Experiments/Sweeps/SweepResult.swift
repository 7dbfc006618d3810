import Formats
import Foundation
import Verification

/// What came of one training of a sweep; `result.json` in its run's folder.
///
/// It has what the table needs and says by itself what it is about, since the table also shows
/// results of runs that the current sweep does not list. A result without ``errors`` is that of a
/// training that failed or could not begin.
public struct SweepResult: Codable, Sendable, Equatable {
  /// The model as tables show it.
  public var model: String
  /// What the sweep's file calls the setting; empty where there is only one.
  public var setting: String
  /// The seed of the training.
  public var seed: UInt64
  /// The name of the data set that the model was trained and judged on.
  package var dataset: String
  /// The set that the model was judged by, in words.
  package var perturbation: String
  /// The number of test examples; 0 without errors.
  package var examples: Int
  /// The number of epochs of the training.
  package var epochs: Int
  /// The number of trained numbers of the network; 0 where none was made.
  package var parameters: Int
  /// The median of the epochs' seconds, on this machine; nil where none was recorded.
  package var secondsPerEpoch: Double?
  /// The errors on the test examples; nil for a training that failed or could not begin.
  public var errors: Errors?
  /// The reason why the training failed; nil where it did not.
  public var failure: String?

  /// Whether there are errors, of a model that has learnt something.
  var counts: Bool { errors.map { $0.collapsed != true } ?? false }

  /// The errors of a model on the test examples, as fractions in [0, 1].
  public struct Errors: Codable, Sendable, Equatable {
    /// The fraction that is misclassified.
    public var standard: Float
    /// The fraction that is misclassified or broken by the attack, which no certified error can be
    /// below.
    public var attacked: Float
    /// The fraction that no method of the recipe certifies.
    public var certified: Float
    /// The fraction, for each method, that neither it nor those before it certify.
    package var byMethod: [Method]
    /// The indices of test examples that were certified and yet fell to the attack: there must be
    /// none.
    package var contradictions: [Int]
    /// The number of examples with NaN or infinite bounds; they count as not certified.
    package var invalid: Int
    /// Whether nearly all examples get one answer; nil in results of versions that did not look.
    package var collapsed: Bool?

    /// The certified error up to one method.
    public struct Method: Codable, Sendable, Equatable {
      /// The name of the method.
      package var method: String
      /// The fraction of examples that neither this method nor those before it certify.
      package var error: Float
    }
  }

  /// Returns the place of the result in a run's folder.
  static func url(in folder: URL) -> URL { RunFolder.resultURL(in: folder) }

  /// Reads the result of a run that has ended.
  ///
  /// - Parameter folder: The run's folder.
  /// - Returns: nil where there is no result yet.
  /// - Throws: ``FormatError`` of kind `badData` for a file that is no result.
  package static func read(from folder: URL) throws -> SweepResult? {
    let url = Self.url(in: folder)
    guard FileManager.default.fileExists(atPath: url.path) else { return nil }
    guard let result = try? JSONDecoder().decode(Self.self, from: try InputFile.read(url)) else {
      throw FormatError(
        .badData, "is no result of a sweep", file: url.path,
        remedy: "delete it to have the run evaluated again")
    }
    return result
  }

  /// Writes the result, atomically.
  ///
  /// - Parameter folder: The run's folder.
  /// - Throws: ``FormatError`` of kind `cannotWrite`.
  package func write(to folder: URL) throws {
    try AtomicFile.write(Data(JSONText.pretty(self).utf8), to: Self.url(in: folder))
  }
}

extension SweepResult {
  /// Creates the result of a run that cannot be trained.
  package init(_ planned: PlannedRun, failure: String) {
    self.init(planned, secondsPerEpoch: nil, parameters: 0, report: nil, failure: failure)
  }

  /// Creates the result of a run that was trained or has failed on the way.
  ///
  /// - Parameters:
  ///   - planned: The run as the sweep plans it.
  ///   - folder: The folder of the run, which knows the epochs' seconds.
  ///   - parameters: The number of trained numbers of the network.
  ///   - report: The evaluation; nil for a run that failed.
  ///   - failure: The reason why it failed; nil for one that did not.
  package init(
    _ planned: PlannedRun, _ folder: RunFolder, parameters: Int, report: ModelReport?,
    failure: String? = nil
  ) {
    self.init(
      planned, secondsPerEpoch: folder.secondsPerEpoch, parameters: parameters, report: report,
      failure: failure)
  }

  /// Creates a result from its parts.
  private init(
    _ planned: PlannedRun, secondsPerEpoch: Double?, parameters: Int, report: ModelReport?,
    failure: String?
  ) {
    self.init(
      model: planned.model, setting: planned.setting, seed: planned.seed,
      dataset: planned.recipe.dataset.rawValue,
      perturbation: planned.recipe.perturbation.description, examples: report?.examples ?? 0,
      epochs: planned.recipe.schedule.epochs, parameters: parameters,
      secondsPerEpoch: secondsPerEpoch, errors: report.map(Errors.init), failure: failure)
  }
}

extension SweepResult.Errors {
  /// Takes the errors from an evaluation.
  init(_ report: ModelReport) {
    self.init(
      standard: report.standardError, attacked: report.attackedError,
      certified: report.certification.verifiedError,
      byMethod: report.certifiedErrors.map {
        Method(method: $0.method.description, error: $0.error)
      },
      contradictions: report.contradictions, invalid: report.invalidCount,
      collapsed: report.isCollapsed)
  }
}
