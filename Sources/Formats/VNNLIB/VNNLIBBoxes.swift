/// The boxes that the bounds of inputs describe, one for each conjunction.
///
/// This is the last step of reading: ``VNNLIBExpansion`` gives conjunctions, whose bounds are
/// intersected here into the box of a ``VNNLIBProperty/Case``.
struct VNNLIBBoxes {
  /// The line of each input's declaration, for errors; there are as many as inputs.
  private let lines: [Int]
  private let file: String
  /// The most ends of intervals in boxes that differ: 2²⁵, which take 256 MiB.
  private static let sizeLimit = 1 << 25

  /// Prepares the making of boxes.
  ///
  /// - Parameters:
  ///   - lines: The line of each input's declaration.
  ///   - file: The name used in errors.
  init(declaredAt lines: [Int], file: String) {
    self.lines = lines
    self.file = file
  }

  /// Returns the cases whose boxes are not empty, in the order of the conjunctions.
  ///
  /// Neighbours with the same bounds share one box, and its memory.
  ///
  /// - Throws: ``FormatError`` of kind `badData` for an input that is not bounded on both sides,
  ///   and for too many boxes that differ.
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
      cases.append(.init(box: box, constraints: conjunction.constraints))
    }
    return cases
  }

  private typealias Box = VNNLIBProperty.Box

  /// Returns the intersection of all bounds; nil if it is empty.
  ///
  /// A box that is empty for one input needs no bounds of the others.
  ///
  /// - Throws: ``FormatError`` of kind `badData`, at the line of its declaration, for an input that
  ///   is not bounded on both sides.
  private func box(of bounds: [VNNLIBBound]) throws -> Box? {
    var lower = [Double](repeating: -.infinity, count: lines.count)
    var upper = [Double](repeating: .infinity, count: lines.count)
    var (insideLower, insideUpper) = (lower, upper)
    for bound in bounds {
      let input = bound.input
      if bound.isUpper {
        upper[input] = min(upper[input], bound.value)
        insideUpper[input] = min(insideUpper[input], bound.inside)
      } else {
        lower[input] = max(lower[input], bound.value)
        insideLower[input] = max(insideLower[input], bound.inside)
      }
    }
    for input in lines.indices where lower[input] > upper[input] { return nil }
    for input in lines.indices where !(lower[input].isFinite && upper[input].isFinite) {
      let side = lower[input].isFinite ? "upper" : "lower"
      throw FormatError.badData(
        "X_\(input) has no \(side) bound", file: file, at: .line(lines[input]),
        remedy: "every input needs both in every case")
    }
    // An interval between two neighbouring Doubles holds none of them: the one in the middle of its
    // ends is the nearest then.
    for input in lines.indices where insideLower[input] > insideUpper[input] {
      let middle = lower[input] + (upper[input] - lower[input]) / 2
      (insideLower[input], insideUpper[input]) = (middle, middle)
    }
    return Box(
      lower: lower, upper: upper, insideLower: insideLower, insideUpper: insideUpper)
  }
}
