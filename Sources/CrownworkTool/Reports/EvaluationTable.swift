import Crownwork
import Foundation

/// A model's report with what is needed to show it: names, and the place of its examples in the
/// test set.
struct NamedReport {
  /// The model as the user named it.
  let name: String
  /// The data set that the examples are from.
  let dataset: DatasetName
  /// The number, in the test set, of the first example.
  let start: Int
  /// The network that was judged.
  let network: Network
  /// The verdicts, the results of the attack, and the errors that follow.
  let report: ModelReport
}

/// The errors of models side by side, as `evaluate` prints them.
///
/// The text has four parts with an empty line between them:
///
/// - a line for each model with the number of examples, the set and the attack;
/// - the table of errors, a column for each model;
/// - a table of the ReLUs of each network;
/// - three sentences about the best model, and one about contradictions.
///
/// All errors are fractions of the examples judged, in percent. The row `standard` counts wrong
/// answers on clean images, `attacked` also those that the attack broke, and `certified` all that
/// are not proved robust. An example is in each row that its errors belong to, so the robust error,
/// which nobody knows, lies between attacked and certified error.
struct EvaluationTable {
  /// The reports, in the order of the command line.
  private let reports: [NamedReport]

  /// Makes the table of at least one report.
  init(_ reports: [NamedReport]) { self.reports = reports }

  /// The four parts as text; parts without content are left out.
  var text: String {
    let groups = [settings, table.text, statistics, meaning + "\n" + check]
    return groups.filter { !$0.isEmpty }.joined(separator: "\n\n")
  }

  /// The examples, the set and the attack of each model.
  private var settings: String {
    reports.map { named in
      let report = named.report
      return "\(named.name): \(report.examples) test examples of \(named.dataset.rawValue), "
        + "\(report.target.perturbation), \(report.attack)"
    }.joined(separator: "\n")
  }

  /// The table of errors. A row for each method shows the fraction that neither it nor the methods
  /// before it certify; "–" stands where a model was judged by fewer methods.
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

  /// "attacked (PGD)" with the attack's name where all models were attacked by the same kind, else
  /// "attacked".
  private var attackedLabel: String {
    let names = Set(reports.map(\.report.attack.shortName))
    return names.count == 1 ? "attacked (\(names.first!))" : "attacked"
  }

  /// The label of a row of certified errors: "certified, IBP", then "certified, IBP or CROWN-IBP",
  /// since each row adds a method. Where models were judged by different methods it is "certified,
  /// method 2".
  private func certifiedLabel(_ position: Int) -> String {
    let lists = reports.map { $0.report.target.methods.prefix(position + 1) }
    let names = lists[0].map { $0.description.uppercased() }
    let same = lists.allSatisfy { $0.map(\.description) == lists[0].map(\.description) }
    return same
      ? "certified, \(names.joined(separator: " or "))" : "certified, method \(position + 1)"
  }

  /// The table of ReLUs for each model: the percentage, over the layer's neurons and the examples,
  /// of those whose pre-activation bounds by intervals make them active (l ≥ 0), inactive (u ≤ 0)
  /// or unstable (l < 0 < u). Empty for networks without ReLU.
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

  /// Three sentences, a line each, that say what the table means: the part that is proved robust,
  /// the part that is wrong or broken and the part in between, and what the proof does not cover.
  ///
  /// They are about the model with the least certified error, and the first of several such.
  private var meaning: String {
    let best = reports.min { $0.bestCertified < $1.bestCertified } ?? reports[0]
    let set = best.report.target.perturbation
    // The difference below is negative only where a certified example fell, which is the alarm's
    // matter.
    let (attacked, certified) = (best.report.attackedError, best.bestCertified)
    return """
      \(best.name) is proved robust on \(percent(1 - certified)) of the images at \(set.ball).
      It is wrong or broken by the attack on \(percent(attacked)); \
      \(percent(max(certified - attacked, 0))) are undecided.
      \(best.report.target.arithmetic.meaning)
      """
  }

  /// The sentence about contradictions, over all models.
  private var check: String {
    Alarm.allClear(reports.reduce(0) { $0 + $1.report.contradictions.count })
  }

  /// The reports as JSON, an array with a ``ReportRecord`` for each.
  var json: String {
    get throws {
      try JSONText.pretty(reports.map(ReportRecord.init))
    }
  }
}

/// The words of the table's sentences.
extension Perturbation {
  /// The ball without the domain, such as "ℓ∞ ε = 0.1".
  fileprivate var ball: String {
    let whole = try? Perturbation(norm: norm, epsilon: epsilon)
    return "\(whole ?? self)"
  }
}

/// The error by which models are compared.
extension NamedReport {
  /// The certified error that all methods together leave.
  var bestCertified: Float { report.certification.verifiedError }
}

/// The report on one model as JSON. Errors are fractions from 0 to 1.
struct ReportRecord: Encodable {
  /// The certified error that some methods leave together: each entry of the list adds a method.
  struct Certified: Encodable {
    let methods: [String]
    let error: Float
  }

  /// A ReLU layer: its path, and how often, over its neurons and all examples, a ReLU is active,
  /// inactive or unstable.
  struct Layer: Encodable {
    let path: String
    let active, inactive, unstable: Int
  }

  /// The model as the user named it, its data set, and the norm of its set.
  let model, dataset, norm: String
  /// The number, in the test set, of the first example, and the number of examples.
  let firstExample, examples: Int
  /// ε in raw pixel units.
  let epsilon: Float
  /// The range that pixels stay in, [lowest, highest]; nil for none.
  let clip: [Float]?
  /// The names of the attack and of its loss.
  let attack, attackLoss: String
  /// The effort of the attack.
  let attackSteps, attackRestarts: Int
  /// The fractions that are wrong without perturbation, and wrong or broken.
  let standardError, attackedError: Float
  /// The certified errors, in the order of the methods.
  let certified: [Certified]
  /// The network that certificates hold for.
  let guarantee: String
  /// The number of examples with NaN or infinite bounds; they count as not certified.
  let invalid: Int
  /// The numbers, in the test set, of certified examples that fell to the attack.
  let contradictions: [Int]
  /// The ReLU layers in the order of the network.
  let relu: [Layer]

  /// Makes the record of a report.
  init(_ named: NamedReport) {
    let report = named.report
    let set = report.target.perturbation
    guarantee = report.target.arithmetic.text
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
