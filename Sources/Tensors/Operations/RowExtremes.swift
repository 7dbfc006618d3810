extension Tensor {
  /// The index of the largest entry of each row of [rows, columns], the first of several; −1 where
  /// a row holds NaN, so that it equals no label. An index has no gradient, so the tensor may be
  /// tracked.
  public var argmaxOfRows: [Int] {
    precondition(shape.count == 2, "rows of shape \(shape)")
    let columns = shape[1]
    return array.read { scalars in
      (0..<shape[0]).map { row in
        var best = 0
        for j in 0..<columns {
          let value = scalars[row * columns + j]
          if value.isNaN { return -1 }
          if value > scalars[row * columns + best] { best = j }
        }
        return best
      }
    }
  }

  /// The smallest entry of each row of lower bounds [rows, columns]: an example is certified where
  /// it is above 0. It is not differentiable.
  ///
  /// It is NaN where a row holds NaN or ∞: such a number comes of an overflow and bounds nothing.
  package var minimumOfRows: [Float] {
    precondition(shape.count == 2, "rows of shape \(shape)")
    let columns = shape[1]
    return constant(in: "minimumOfRows").read { scalars in
      (0..<shape[0]).map { row in
        var least = Float.infinity
        for j in 0..<columns {
          let value = scalars[row * columns + j]
          if value.isNaN || value == .infinity { return .nan }
          least = Swift.min(least, value)
        }
        return least
      }
    }
  }
}
