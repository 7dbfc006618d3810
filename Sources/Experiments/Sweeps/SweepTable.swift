import Foundation

/// The results of a sweep, summed up: least, median and largest errors over seeds and over models,
/// and the Pareto front between standard and certified error.
///
/// The spread over models follows Zhang et al. (2020), who report the best, median and worst errors
/// of a method over ten models to show how far it depends on the model. Runs that collapsed, which
/// answer nearly everything with one class, are counted and left out of the errors; so are runs
/// that failed.
public struct SweepTable: Sendable {
  /// The results, in the order in which they are shown.
  public let results: [SweepResult]

  /// Creates the table of some results.
  ///
  /// - Parameter results: The results, in the order in which they are to be shown.
  package init(_ results: [SweepResult]) { self.results = results }

  /// The least, the median and the largest of some numbers.
  public struct Spread: Codable, Sendable, Equatable {
    /// The least number.
    public var least: Float
    /// The number in the middle, or the mean of the two in the middle.
    public var median: Float
    /// The largest number.
    public var largest: Float

    /// Computes the spread of some numbers; nil for no numbers.
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
    /// The model; empty where the row is over several models.
    public var model: String
    /// The setting; empty where the sweep has only one.
    public var setting: String
    /// The number of runs whose errors are summed up.
    public var runs: Int
    /// The number of runs that collapsed.
    package var collapsed: Int
    /// The number of runs that failed or could not begin.
    package var failed: Int
    /// The spread of the standard errors, as fractions; nil where no run counts.
    public var standard: Spread?
    /// The spread of the attacked errors, as fractions; nil where no run counts.
    public var attacked: Spread?
    /// The spread of the certified errors, as fractions; nil where no run counts.
    public var certified: Spread?
    /// The median over the runs of their seconds per epoch; nil where none was recorded, and in
    /// rows over several models, whose times have nothing in common.
    package var secondsPerEpoch: Double?
  }

  /// A row for each model and setting, over its seeds, in the order of the results.
  public var rows: [Row] { rows(by: \.kind) }

  /// Whether all models were judged on the same number of examples of one data set, against one
  /// perturbation set, so that their errors can be compared.
  package var isUniform: Bool {
    Set(results.map { [$0.dataset, $0.perturbation] }).count <= 1
      && Set(results.filter { $0.errors != nil }.map(\.examples)).count <= 1
  }

  /// A row for each setting, over all models and seeds; empty where there is only one model, or
  /// where the models cannot be compared.
  package var overModels: [Row] {
    Set(results.map(\.model)).count < 2 || !isUniform
      ? []
      : rows { [$0.setting] }.map { row in
        var row = row
        (row.model, row.secondsPerEpoch) = ("", nil)
        return row
      }
  }

  /// The Pareto front: the runs to which no other one is at least as good in both standard and
  /// certified error and better in one, by growing standard error; empty where runs cannot be
  /// compared.
  ///
  /// - Complexity: O(n²) in the number of runs.
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

  /// Groups results by a key, in the order in which the keys appear, and sums up each group.
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
  /// What runs of different seeds have in common: the model and the setting.
  var kind: [String] { [model, setting] }
}
