import Tensors

/// A linear specification of a network's outputs z: it holds where every entry of C·z + offset is
/// positive.
///
/// ```swift
/// let difference = Tensor(shape: [1, 1, 3], [1, -1, 0])
/// let specification = try Specification(rows: difference)
/// let bounded = try BoundedNetwork(network)
/// let lower = try bounded.lowerBounds(
///   of: specification, around: image, within: .l2(epsilon: 0.1), by: .crown())
/// ```
///
/// Robustness to a label y is the specification with a row e_y − e_j for every other class j
/// (``margins(of:classes:)``): all margins z_y − z_j are positive exactly where the network answers
/// y. Properties of VNN-LIB files, which compare or limit outputs, become rows as well. A method
/// bounds every row from below over a set of inputs; the specification is certified where all of
/// these bounds are finite and positive.
public struct Specification: Sendable {
  /// C, [batch, S, classes], or [1, S, classes] shared by every example. "Classes" are all scalars
  /// of the output, whatever they mean.
  public let rows: Tensor
  /// The property holds what is added to each row, [batch or 1, S].
  public let offset: Tensor

  /// Makes a specification of rows and offsets.
  ///
  /// - Parameters:
  ///   - rows: [batch or 1, S, classes].
  ///   - offset: [batch or 1, S]; zeros where left out.
  /// - Throws: ``BoundsError/specification(_:)`` for shapes that do not fit each other, and for
  ///   numbers that are not finite. Whether the rows fit a network is checked when they are
  ///   bounded.
  public init(rows: Tensor, offset: Tensor? = nil) throws(BoundsError) {
    guard rows.shape.count == 3 else {
      throw .specification("a specification is [batch, rows, classes], not \(rows.shape)")
    }
    let offset = offset ?? .zeros(Array(rows.shape.prefix(2)))
    guard offset.shape == Array(rows.shape.prefix(2)) else {
      throw .specification("specification \(rows.shape) with offset \(offset.shape)")
    }
    guard rows.isFinite, offset.isFinite else {
      throw .specification("a specification holds NaN or infinity")
    }
    self.init(uncheckedRows: rows, offset: offset)
  }

  /// Makes a specification whose numbers are known to make sense.
  ///
  /// - Precondition: The shapes fit, and all numbers are finite. Neither is checked.
  package init(uncheckedRows rows: Tensor, offset: Tensor) {
    self.rows = rows
    self.offset = offset
  }

  /// Makes the specification of robustness: the margins z_y − z_j to every other class, j
  /// ascending.
  ///
  /// - Parameters:
  ///   - labels: The right answer of each example.
  ///   - classes: The number of outputs.
  /// - Returns: Rows [batch, classes − 1, classes] with offsets of 0.
  /// - Precondition: Every label is one of `0..<classes`.
  public static func margins(of labels: [Int], classes: Int) -> Specification {
    var rows = [Float](repeating: 0, count: labels.count * (classes - 1) * classes)
    var start = 0
    for label in labels {
      precondition(label >= 0 && label < classes, "label \(label) of \(classes) classes")
      for other in 0..<classes where other != label {
        rows[start + label] = 1
        rows[start + other] = -1
        start += classes
      }
    }
    let shape = [labels.count, classes - 1, classes]
    return Specification(
      uncheckedRows: Tensor(shape: shape, rows), offset: .zeros(Array(shape.prefix(2))))
  }

  /// The specification as a form over the outputs, from which a backward pass begins.
  var form: LinearForm { LinearForm(coefficients: rows, constant: offset) }
}
