import Foundation

/// The results of a sweep: least, median and largest errors over seeds and over models, and the
/// front between standard and certified error. Runs that collapsed are counted and left out.
public struct SweepTable: Sendable {
  public let results: [SweepResult]

  /// - Parameter results: In the order in which they are to be shown.
  package init(_ results: [SweepResult]) { self.results = results }

  /// The least, median and largest of some numbers.
  public struct Spread: Codable, Sendable, Equatable {
    public var least: Float
    public var median: Float
    public var largest: Float

    /// nil for no numbers.
    package init?(_ values: [Float]) {
      let sorted = values.sorted()
      guard let first = sorted.first, let last = sorted.last else { return nil }
      let middle = sorted.count / 2
      let isOdd = sorted.count % 2 == 1
      let median = isOdd ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
      (self.least, self.median, self.largest) = (first, median, last)
    }
  }

  /// Runs that are summed up in one row.
  public struct Row: Codable, Sendable, Equatable {
    /// Empty where the row is over several models.
    public var model: String
    public var setting: String
    /// Trainings whose errors are summed up, those that collapsed, and those that failed.
    public var runs: Int
    package var collapsed: Int
    package var failed: Int
    public var standard: Spread?
    public var attacked: Spread?
    public var certified: Spread?
    package var secondsPerEpoch: Double?
  }

  /// A row for each model and setting, over its seeds.
  public var rows: [Row] { rows(by: \.kind) }

  /// Whether all that were judged were so on the same examples of one data set, by one set of
  /// perturbations: their errors can be compared.
  package var isUniform: Bool {
    Set(results.map { [$0.dataset, $0.perturbation] }).count <= 1
      && Set(results.filter { $0.errors != nil }.map(\.examples)).count <= 1
  }

  /// A row for each setting, over all models and seeds; empty where there is only one model, or
  /// where they cannot be compared.
  package var overModels: [Row] {
    Set(results.map(\.model)).count < 2 || !isUniform
      ? []
      : rows { [$0.setting] }.map { row in
        var row = row
        (row.model, row.secondsPerEpoch) = ("", nil)
        return row
      }
  }

  /// Runs with no other one better in standard error and no worse in certified error, or the other
  /// way round; by growing standard error. None where they cannot be compared.
  package var front: [SweepResult] {
    let judged = isUniform ? results.filter(\.counts) : []
    return judged.filter { candidate in
      let (standard, certified) = (candidate.errors!.standard, candidate.errors!.certified)
      return !judged.contains {
        let other = $0.errors!
        return other.standard <= standard && other.certified <= certified
          && (other.standard < standard || other.certified < certified)
      }
    }.sorted { $0.errors!.standard < $1.errors!.standard }
  }

  private func rows(by key: (SweepResult) -> [String]) -> [Row] {
    var order: [[String]] = []
    for result in results where !order.contains(key(result)) { order.append(key(result)) }
    return order.map { group in
      let members = results.filter { key($0) == group }
      let errors = members.filter(\.counts).compactMap(\.errors)
      let seconds = Spread(members.compactMap { $0.secondsPerEpoch.map { Float($0) } })
      return Row(
        model: members[0].model, setting: members[0].setting, runs: errors.count,
        collapsed: members.count { $0.errors?.collapsed == true },
        failed: members.count { $0.errors == nil }, standard: Spread(errors.map(\.standard)),
        attacked: Spread(errors.map(\.attacked)), certified: Spread(errors.map(\.certified)),
        secondsPerEpoch: seconds.map { Double($0.median) })
    }
  }
}

extension SweepResult {
  /// What runs of different seeds have in common.
  var kind: [String] { [model, setting] }
}
