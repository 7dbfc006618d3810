import Crownwork
import Foundation

/// The robustness curve of a model with what is needed to show it, as text, JSON and CSV.
struct NamedCurve {
  /// The model as the user named it.
  let name: String
  /// The data set that the examples are from.
  let dataset: DatasetName
  /// The number, in the test set, of the first example.
  let start: Int
  /// The errors at each ε.
  let curve: RobustnessCurve

  /// The labels of the certified errors: "certified, IBP", then "certified, IBP or CROWN-IBP",
  /// since each adds a method.
  var certifiedLabels: [String] {
    let names = curve.target.methods.map { $0.description.uppercased() }
    return names.indices.map { "certified, \(names.prefix($0 + 1).joined(separator: " or "))" }
  }

  /// The curve for people: a line about the examples, the norm and the attack, a table, and the
  /// sentence about contradictions.
  ///
  /// A row has ε, the standard error (the same in all rows), the attacked error, and a certified
  /// error for each method together with those before it, in percent. From row to row the attacked
  /// and certified errors never fall.
  var text: String {
    let header =
      ["ε (error)", "standard", "attacked (\(curve.attack.shortName))"] + certifiedLabels
    let rows = curve.points.map { point in
      [Wording.number(point.epsilon)]
        + ([point.standardError, point.attackedError] + point.certifiedErrors).map(percent)
    }
    return "\(name): \(curve.examples) test examples of \(dataset.rawValue), "
      + "\(curve.target.perturbation.norm.rawValue)"
      + (curve.target.perturbation.domain.map {
        " within [\($0.lowerBound), \($0.upperBound)]"
      } ?? "") + ", \(curve.attack)\n\n" + TextTable([header] + rows).text + "\n\n"
      + Alarm.allClear(curve.contradictions.count)
  }

  /// Returns the curves as CSV with the columns `model`, `epsilon`, `kind` and `error`.
  ///
  /// There is a line for each model, ε and kind of error ("standard", "attacked", "certified, IBP"
  /// …), so that curves with different methods fit into one file. Errors are fractions from 0 to 1.
  static func csv(_ curves: [NamedCurve]) -> String {
    var text = CSV.line(["model", "epsilon", "kind", "error"])
    for curve in curves {
      for point in curve.curve.points {
        let errors =
          [("standard", point.standardError), ("attacked", point.attackedError)]
          + zip(curve.certifiedLabels, point.certifiedErrors).map { ($0, $1) }
        for (kind, error) in errors {
          text += CSV.line([curve.name, "\(point.epsilon)", kind, "\(error)"])
        }
      }
    }
    return text
  }

  /// Returns the curves as a JSON array, an object for each model.
  static func json(_ curves: [NamedCurve]) throws -> String {
    try JSONText.pretty(curves.map(Record.init))
  }

  /// A curve for programs.
  private struct Record: Encodable {
    /// The errors at one ε, as fractions from 0 to 1; the certified ones in the order of the
    /// methods.
    struct Point: Encodable {
      let epsilon, standardError, attackedError: Float
      let certifiedErrors: [Float]
    }

    let model, dataset, norm, attack: String
    let clip: [Float]?
    let firstExample, examples: Int
    /// The methods in order. A certified error counts the examples that neither its method nor
    /// those before it certify.
    let methods: [String]
    let points: [Point]
    let contradictions: [Int]

    /// Makes the record of a curve, with contradictions numbered in the test set.
    init(_ named: NamedCurve) {
      let (curve, set) = (named.curve, named.curve.target.perturbation)
      (model, dataset, norm) = (named.name, named.dataset.rawValue, set.norm.rawValue)
      (attack, clip) = (
        "\(curve.attack)", set.domain.map { [$0.lowerBound, $0.upperBound] }
      )
      (firstExample, examples) = (named.start, curve.examples)
      methods = curve.target.methods.map(\.description)
      points = curve.points.map {
        Point(
          epsilon: $0.epsilon, standardError: $0.standardError, attackedError: $0.attackedError,
          certifiedErrors: $0.certifiedErrors)
      }
      contradictions = curve.contradictions.map { $0 + named.start }
    }
  }
}
