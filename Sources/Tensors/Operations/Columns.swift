/// Parts of matrices and of stacks of matrices, as copies; not differentiable.
extension Tensor {
  /// The given columns of a matrix.
  public func columns(_ range: Range<Int>) -> Tensor {
    precondition(shape.count == 2, "columns of shape \(shape)")
    return reshaped([shape[0], shape[1], 1]).detached.selectingRows(range)
      .viewed(as: [shape[0], range.count])
  }

  /// The given rows of every matrix of a stack: [n, rows, columns] → [n, range.count, columns].
  public func selectingRows(_ range: Range<Int>) -> Tensor {
    precondition(shape.count == 3, "rows of shape \(shape)")
    let (rows, columns) = (shape[1], shape[2])
    let from = pointer
    defer { keepAlive(self) }
    return Tensor(shape: [shape[0], range.count, columns]) { out in
      for index in 0..<shape[0] {
        (out + index * range.count * columns).update(
          from: from + (index * rows + range.lowerBound) * columns, count: range.count * columns)
      }
    }
  }

  /// Overwrites the given columns of a matrix.
  public mutating func setColumns(_ range: Range<Int>, to part: Tensor) {
    precondition(
      shape.count == 2 && part.shape == [shape[0], range.count],
      "columns \(range) of \(shape) set to \(part.shape)")
    let columns = shape[1]
    withUnsafeMutableScalars { scalars in
      for row in 0..<part.shape[0] {
        (scalars.baseAddress! + row * columns + range.lowerBound).update(
          from: part.pointer + row * range.count, count: range.count)
      }
    }
    keepAlive(part)
  }
}
