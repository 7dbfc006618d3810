import Tensors

/// Rows C of a linear specification: it holds where every entry of C·z + offset is positive.
public struct Specification: Sendable {
  /// [batch, S, classes], or [1, S, classes] shared by every example.
  public let rows: Tensor
  /// [batch or 1, S].
  public let offset: Tensor

  /// Throws ``BoundsError/specification(_:)`` for shapes that do not fit or rows that are not
  /// finite.
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

  /// - Precondition: The shapes fit, and all numbers are finite.
  package init(uncheckedRows rows: Tensor, offset: Tensor) {
    self.rows = rows
    self.offset = offset
  }

  /// The margins z_y − z_j to every other class, j ascending: [batch, classes − 1, classes].
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

  var form: LinearForm { LinearForm(coefficients: rows, constant: offset) }
}
