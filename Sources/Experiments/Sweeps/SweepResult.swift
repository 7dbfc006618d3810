import Formats
import Foundation
import Verification

/// What came of one training of a sweep; `result.json` in its run's folder.
public struct SweepResult: Codable, Sendable, Equatable {
  public var model: String
  public var setting: String
  public var seed: UInt64
  package var dataset: String
  /// The set that it was judged by, in words.
  package var perturbation: String
  /// Test examples.
  package var examples: Int
  package var epochs: Int
  package var parameters: Int
  /// Median over the epochs, on this machine; nil where none was recorded.
  package var secondsPerEpoch: Double?
  /// Fractions of the examples; nil for a training that failed or could not begin.
  public var errors: Errors?
  /// Why the training failed; nil where it did not.
  public var failure: String?

  /// Whether there are errors, of a model that has learnt something.
  var counts: Bool { errors.map { $0.collapsed != true } ?? false }

  public struct Errors: Codable, Sendable, Equatable {
    public var standard: Float
    public var attacked: Float
    /// What no method of the recipe certifies.
    public var certified: Float
    /// For each method what neither it nor those before it certify.
    package var byMethod: [Method]
    /// Test examples that were certified and yet fell to the attack: there must be none.
    package var contradictions: [Int]
    /// Examples with NaN or infinite bounds.
    package var invalid: Int
    /// Whether nearly all examples get one answer; nil in results of versions that did not look.
    package var collapsed: Bool?

    public struct Method: Codable, Sendable, Equatable {
      package var method: String
      package var error: Float
    }
  }

  static func url(in folder: URL) -> URL { RunFolder.resultURL(in: folder) }

  /// The result of a run that has ended; nil where there is none yet. Throws ``FormatError``.
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

  /// Writes the result, atomically. Throws ``FormatError`` of kind `cannotWrite`.
  package func write(to folder: URL) throws {
    try AtomicFile.write(Data(JSONText.pretty(self).utf8), to: Self.url(in: folder))
  }
}

extension SweepResult {
  /// The result of a run that cannot be trained.
  package init(_ planned: PlannedRun, failure: String) {
    self.init(planned, secondsPerEpoch: nil, parameters: 0, report: nil, failure: failure)
  }

  /// The result of a run that was trained: `report` is nil for one that failed, with `failure`.
  package init(
    _ planned: PlannedRun, _ folder: RunFolder, parameters: Int, report: ModelReport?,
    failure: String? = nil
  ) {
    self.init(
      planned, secondsPerEpoch: folder.secondsPerEpoch, parameters: parameters, report: report,
      failure: failure)
  }

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
