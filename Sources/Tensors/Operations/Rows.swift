// Rows are the parts of a tensor along its first axis.

extension Tensor {
  /// Returns rows `range` of the first axis as a copy, [range.count, …].
  public func rows(_ range: Range<Int>) -> Tensor {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= shape[0], "rows \(range) of \(shape[0])")
    let (kernels, count) = (device.arrangements, shape[0])
    return recorded(kernels.rows(array, range), from: [self]) {
      [kernels.addedRows($0, at: Array(range), rows: count)]
    }
  }

  /// Returns the given rows of the first axis, in that order and each as often as it is named, as a
  /// copy: [indices.count, …].
  package func rows(at indices: [Int]) -> Tensor {
    let (kernels, count) = (device.arrangements, shape[0])
    return recorded(kernels.rows(array, at: indices), from: [self]) {
      [kernels.addedRows($0, at: indices, rows: count)]
    }
  }

  /// Joins tensors one after another along the first axis, as a copy.
  ///
  /// - Precondition: There is at least one, and all extents but the first agree.
  public static func concatenated(_ parts: [Tensor]) -> Tensor {
    precondition(!parts.isEmpty, "nothing to concatenate")
    for part in parts {
      precondition(
        part.shape.dropFirst() == parts[0].shape.dropFirst(),
        "rows of shapes \(parts[0].shape) and \(part.shape)")
    }
    let kernels = parts[0].device.arrangements
    return recorded(kernels.concatenated(parts.map(\.array)), from: parts) { gradient in
      var start = 0
      return parts.map { part in
        defer { start += part.shape[0] }
        return part.isTracked ? kernels.rows(gradient, start..<start + part.shape[0]) : nil
      }
    }
  }

  /// Returns the given rows of every matrix of a stack: [n, rows, columns] → [n, range.count,
  /// columns]. Bounds of many specifications are computed in parts with it.
  package func selectingRows(_ range: Range<Int>) -> Tensor {
    precondition(shape.count == 3, "rows of shape \(shape)")
    precondition(
      range.lowerBound >= 0 && range.upperBound <= shape[1], "rows \(range) of \(shape[1])")
    let (kernels, rows) = (device.arrangements, shape[1])
    return recorded(kernels.middleRows(array, range), from: [self]) {
      [kernels.paddedMiddleRows($0, range, rows: rows)]
    }
  }

  /// Returns a copy in which some rows of the first axis are those, at the same indices, of another
  /// tensor of the same shape. It is not differentiable.
  ///
  /// Attacks use it to keep the best point of each example.
  package func replacingRows(at indices: [Int], from other: Tensor) -> Tensor {
    precondition(shape == other.shape, "\(other.shape) in place of \(shape)")
    return Tensor(
      device.arrangements.replacingRows(
        constant(in: "replacingRows(at:from:)"), at: indices,
        from: other.constant(in: "replacingRows(at:from:)")))
  }

  /// Returns a tensor [1, …] copied `count` times along the first axis. The gradient is the sum of
  /// the copies' gradients.
  public func repeated(_ count: Int) -> Tensor {
    precondition(shape.first == 1, "only a first axis of extent 1 can be repeated")
    let (device, shape) = (device, shape)
    let copies = device.arrangements.rows(array, at: [Int](repeating: 0, count: count))
    return recorded(copies, from: [self]) { gradient in
      let rows = gradient.viewed(as: [count, shape.reduce(1, *)])
      return [device.matrices.columnSums(rows).viewed(as: shape)]
    }
  }
}

/// Multiplies each row, a part along the first axis, by a number: [rows, …], [rows] → [rows, …].
package func scaledRows(_ x: Tensor, by factors: Tensor) -> Tensor {
  let (kernels, array, f) = (x.device.matrices, x.array, factors.array)
  return recorded(kernels.scaledRows(array, by: f), from: [x, factors]) { gradient in
    [
      x.isTracked ? kernels.scaledRows(gradient, by: f) : nil,
      factors.isTracked ? kernels.rowProducts(array, gradient) : nil,
    ]
  }
}
