import Crownwork
import Foundation

/// A model's report with what it was called.
struct NamedReport {
  let name: String
  let dataset: DatasetName
  let start: Int
  let network: Network
  let report: ModelReport
}

/// Errors of models side by side.
struct EvaluationTable {
  private let reports: [NamedReport]

  init(_ reports: [NamedReport]) { self.reports = reports }

  var text: String {
    let groups = [settings, table.text, statistics, meaning + "\n" + check]
    return groups.filter { !$0.isEmpty }.joined(separator: "\n\n")
  }

  private var settings: String {
    reports.map { named in
      let report = named.report
      return "\(named.name): \(report.examples) test examples of \(named.dataset.rawValue), "
        + "\(report.target.perturbation), \(report.attack)"
    }.joined(separator: "\n")
  }

  private var table: TextTable {
    var rows = [["error"] + reports.map(\.name)]
    rows.append(["standard"] + reports.map { percent($0.report.standardError) })
    rows.append([attackedLabel] + reports.map { percent($0.report.attackedError) })
    for position in 0..<(reports.map { $0.report.target.methods.count }.max() ?? 0) {
      rows.append(
        [certifiedLabel(position)]
          + reports.map { named in
            let errors = named.report.certifiedErrors
            return position < errors.count ? percent(errors[position].error) : "–"
          })
    }
    return TextTable(rows)
  }

  /// "attacked (PGD)", where all were attacked so.
  private var attackedLabel: String {
    let names = Set(reports.map(\.report.attack.shortName))
    return names.count == 1 ? "attacked (\(names.first!))" : "attacked"
  }

  /// "certified by IBP", then "certified by IBP or CROWN-IBP": each row adds a method.
  private func certifiedLabel(_ position: Int) -> String {
    let lists = reports.map { $0.report.target.methods.prefix(position + 1) }
    let names = lists[0].map { $0.description.uppercased() }
    let same = lists.allSatisfy { $0.map(\.description) == lists[0].map(\.description) }
    return same
      ? "certified, \(names.joined(separator: " or "))" : "certified, method \(position + 1)"
  }

  /// Empty for networks without ReLU.
  private var statistics: String {
    reports.filter { !$0.report.reluStatistics.isEmpty }.map { named in
      var rows = [["ReLU layer", "active", "inactive", "unstable"]]
      for layer in named.report.reluStatistics {
        let total = Float(max(layer.total, 1))
        rows.append([
          layer.path, percent(Float(layer.active) / total), percent(Float(layer.inactive) / total),
          percent(Float(layer.unstable) / total),
        ])
      }
      let title = reports.count > 1 ? "\(named.name)\n" : ""
      return title + TextTable(rows).text
    }.joined(separator: "\n\n")
  }

  /// Three sentences, a line each, that say what the table means.
  private var meaning: String {
    let best = reports.min { $0.bestCertified < $1.bestCertified } ?? reports[0]
    let set = best.report.target.perturbation
    let (attacked, certified) = (best.report.attackedError, best.bestCertified)
    return """
      \(best.name) is proved robust on \(percent(1 - certified)) of the images at \(set.ball).
      It is wrong or broken by the attack on \(percent(attacked)); \
      \(percent(max(certified - attacked, 0))) are undecided.
      The proof holds in real arithmetic; Float32 rounding is not covered.
      """
  }

  private var check: String {
    Alarm.allClear(reports.reduce(0) { $0 + $1.report.contradictions.count })
  }

  var json: String {
    get throws {
      try JSONText.pretty(reports.map(ReportRecord.init))
    }
  }
}

extension Perturbation {
  /// The ball without the domain, such as "ℓ∞ ε = 0.1".
  fileprivate var ball: String {
    let whole = try? Perturbation(norm: norm, epsilon: epsilon)
    return "\(whole ?? self)"
  }
}

extension NamedReport {
  /// The error that all methods together leave.
  var bestCertified: Float { report.certification.verifiedError }
}

/// A report as JSON.
struct ReportRecord: Encodable {
  struct Certified: Encodable {
    let methods: [String]
    let error: Float
  }

  struct Layer: Encodable {
    let path: String
    let active, inactive, unstable: Int
  }

  let model, dataset, norm: String
  let firstExample, examples: Int
  let epsilon: Float
  let clip: [Float]?
  let attack, attackLoss: String
  let attackSteps, attackRestarts: Int
  let standardError, attackedError: Float
  let certified: [Certified]
  let invalid: Int
  let contradictions: [Int]
  let relu: [Layer]

  init(_ named: NamedReport) {
    let report = named.report
    let set = report.target.perturbation
    (model, dataset, norm) = (named.name, named.dataset.rawValue, set.norm.rawValue)
    (firstExample, examples) = (named.start, report.examples)
    (epsilon, clip) = (set.epsilon, set.domain.map { [$0.lowerBound, $0.upperBound] })
    (attack, attackLoss) = (report.attack.name.rawValue, report.attack.loss.rawValue)
    (attackSteps, attackRestarts) = (report.attack.steps, report.attack.restarts)
    (standardError, attackedError) = (report.standardError, report.attackedError)
    let names = report.target.methods.map(\.description)
    certified = report.certifiedErrors.enumerated().map {
      Certified(methods: Array(names.prefix($0 + 1)), error: $1.error)
    }
    invalid = report.invalidCount
    contradictions = report.contradictions.map { $0 + named.start }
    relu = report.reluStatistics.map {
      Layer(path: $0.path, active: $0.active, inactive: $0.inactive, unstable: $0.unstable)
    }
  }
}
