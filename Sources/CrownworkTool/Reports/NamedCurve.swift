import Crownwork
import Foundation

/// A model's curve with what it was called: as text, JSON and CSV.
struct NamedCurve {
  let name: String
  let dataset: DatasetName
  let start: Int
  let curve: RobustnessCurve

  /// "certified, IBP", then "certified, IBP or CROWN-IBP": each column adds a method.
  var certifiedLabels: [String] {
    let names = curve.target.methods.map { $0.description.uppercased() }
    return names.indices.map { "certified, \(names.prefix($0 + 1).joined(separator: " or "))" }
  }

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

  /// A line for each model, method and ε, so that curves of different methods fit one file.
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

  static func json(_ curves: [NamedCurve]) throws -> String {
    try JSONText.pretty(curves.map(Record.init))
  }

  private struct Record: Encodable {
    struct Point: Encodable {
      let epsilon, standardError, attackedError: Float
      let certifiedErrors: [Float]
    }

    let model, dataset, norm, attack: String
    let clip: [Float]?
    let firstExample, examples: Int
    /// The errors of a point leave what neither this method nor those before it certify.
    let methods: [String]
    let points: [Point]
    let contradictions: [Int]

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
