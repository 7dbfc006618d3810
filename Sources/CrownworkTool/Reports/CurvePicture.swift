import Crownwork
import Foundation

/// The picture of robustness curves, as SVG: the accuracy over ε, with a line for each model and
/// each kind of error.
///
/// A line shows 1 minus an error. The attacked line is an upper bound of the robust accuracy and
/// the certified line a lower one; what lies between them is open. Axes begin at 0, the vertical
/// one ends at 100% and the horizontal one at the largest ε. The legend is below.
struct CurvePicture {
  /// The curves, in the order of the command line.
  private let curves: [NamedCurve]
  /// The largest ε of all curves, which is at the right edge; a tiny number in the place of 0, by
  /// which x-coordinates could not be divided.
  private let largest: Float

  /// The size of the plot, and its distances from the picture's edges, in pixels.
  private static let (width, height, left, top, right) = (480.0, 320.0, 56.0, 16.0, 48.0)
  /// The colours of the lines, taken in turn.
  private static let colors = ["#1b6ca8", "#c8553d", "#588157", "#8d6a9f", "#b08900", "#444444"]

  /// Makes the picture of some curves.
  init(_ curves: [NamedCurve]) {
    self.curves = curves
    largest = max(curves.flatMap { $0.curve.points.map(\.epsilon) }.max() ?? 1, 1e-9)
  }

  /// The picture as an SVG document. It grows downwards with the legend, 18 pixels for each line.
  var svg: String {
    let lines = self.lines
    let across = Int(Self.left + Self.width + Self.right)
    let down = Int(Self.top + Self.height + 48) + lines.count * 18
    return """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(across)" height="\(down)" \
      viewBox="0 0 \(across) \(down)" font-family="sans-serif" font-size="12">
      <rect width="100%" height="100%" fill="white"/>
      \(axes.joined(separator: "\n"))
      \(lines.enumerated().map { drawn($1, number: $0) }.joined(separator: "\n"))
      </svg>

      """
  }

  /// A line of the picture, with its label in the legend.
  private struct Line {
    let label: String
    let points: [(epsilon: Float, accuracy: Float)]
  }

  /// The lines: for each model the attacked one, then the certified ones. Labels begin with the
  /// model's name where there are several models.
  private var lines: [Line] {
    curves.flatMap { named -> [Line] in
      let points = named.curve.points
      func line(_ label: String, _ error: (RobustnessCurve.Point) -> Float) -> Line {
        let prefix = curves.count > 1 ? "\(named.name): " : ""
        return Line(label: prefix + label, points: points.map { ($0.epsilon, 1 - error($0)) })
      }
      return [
        line("not attacked successfully (\(named.curve.attack.shortName))") { $0.attackedError }
      ]
        + named.certifiedLabels.enumerated().map { place, label in
          line(label) { $0.certifiedErrors[place] }
        }
    }
  }

  /// The horizontal place of an ε, in pixels.
  private func x(_ epsilon: Float) -> Double { Self.left + Double(epsilon / largest) * Self.width }
  /// The vertical place of an accuracy, in pixels from the top, as SVG counts them.
  private func y(_ accuracy: Float) -> Double {
    Self.top + (1 - Double(accuracy)) * Self.height
  }

  /// A coordinate with one decimal.
  private func number(_ value: Double) -> String { String(format: "%.1f", value) }

  /// A grid of four by four fields with its numbers, and the label of the horizontal axis.
  private var axes: [String] {
    let grid = (0...4).flatMap { quarter -> [String] in
      let part = Float(quarter) / 4
      let (across, down) = (number(x(part * largest)), number(y(part)))
      let (end, bottom) = (number(x(largest)), number(y(0)))
      return [
        "<path d=\"M\(number(x(0))) \(down)H\(end)M\(across) \(number(y(1)))V\(bottom)\" "
          + "stroke=\"#ddd\"/>",
        "<text x=\"\(number(x(0) - 6))\" y=\"\(number(y(part) + 4))\" text-anchor=\"end\">"
          + "\(quarter * 25)%</text>",
        "<text x=\"\(across)\" y=\"\(number(y(0) + 16))\" text-anchor=\"middle\">"
          + String(format: "%.4g", Double(part * largest)) + "</text>",
      ]
    }
    return grid + [
      "<text x=\"\(number(x(largest / 2)))\" y=\"\(number(y(0) + 34))\" "
        + "text-anchor=\"middle\">ε; accuracy of the examples</text>"
    ]
  }

  /// Returns a line with its entry in the legend.
  ///
  /// - Parameter place: Its number, from 0, which decides its colour and its row in the legend.
  private func drawn(_ line: Line, number place: Int) -> String {
    let color = Self.colors[place % Self.colors.count]
    let path = line.points.map { "\(number(x($0.epsilon))),\(number(y($0.accuracy)))" }
    let below = Self.top + Self.height + 56 + Double(place) * 18
    return """
      <polyline points="\(path.joined(separator: " "))" fill="none" stroke="\(color)" \
      stroke-width="2"/>
      <path d="M\(number(Self.left)) \(number(below - 4))h24" stroke="\(color)" stroke-width="2"/>
      <text x="\(number(Self.left + 32))" y="\(number(below))">\(Self.escaped(line.label))</text>
      """
  }

  /// Returns a text as XML has it between tags; names of models may hold any character.
  private static func escaped(_ text: String) -> String {
    text.replacingOccurrences(of: "&", with: "&amp;")
      .replacingOccurrences(of: "<", with: "&lt;")
  }
}
