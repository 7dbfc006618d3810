/// The boxes that bounds of inputs describe.
struct VNNLIBBoxes {
  /// The line of each input's declaration, for errors.
  private let lines: [Int]
  private let file: String
  /// The most ends of intervals in boxes that differ: 256 MB of them.
  private static let sizeLimit = 1 << 25

  init(declaredAt lines: [Int], file: String) {
    self.lines = lines
    self.file = file
  }

  /// The cases whose boxes are not empty. Throws ``FormatError`` for an input that is not bounded
  /// on both sides, and for too many boxes.
  func cases(of conjunctions: [VNNLIBConjunction]) throws -> [VNNLIBProperty.Case] {
    var cases: [VNNLIBProperty.Case] = []
    var (bounds, box, size) = ([VNNLIBBound](), Box?.none, 0)
    for (index, conjunction) in conjunctions.enumerated() {
      if index == 0 || conjunction.bounds != bounds {
        bounds = conjunction.bounds
        box = try self.box(of: bounds)
        size += 2 * lines.count
        guard size <= Self.sizeLimit else {
          throw FormatError.badData(
            "its cases have too many different boxes", file: file,
            remedy: "split the property into several files")
        }
      }
      guard let box else { continue }
      cases.append(.init(lower: box.lower, upper: box.upper, constraints: conjunction.constraints))
    }
    return cases
  }

  private typealias Box = (lower: [Double], upper: [Double])

  /// The intersection of all bounds; nil if it is empty.
  private func box(of bounds: [VNNLIBBound]) throws -> Box? {
    var lower = [Double](repeating: -.infinity, count: lines.count)
    var upper = [Double](repeating: .infinity, count: lines.count)
    for bound in bounds {
      if bound.isUpper {
        upper[bound.input] = min(upper[bound.input], bound.value)
      } else {
        lower[bound.input] = max(lower[bound.input], bound.value)
      }
    }
    for input in lines.indices where lower[input] > upper[input] { return nil }
    for input in lines.indices where !(lower[input].isFinite && upper[input].isFinite) {
      let side = lower[input].isFinite ? "upper" : "lower"
      throw FormatError.badData(
        "X_\(input) has no \(side) bound", file: file, at: .line(lines[input]),
        remedy: "every input needs both in every case")
    }
    return (lower, upper)
  }
}
