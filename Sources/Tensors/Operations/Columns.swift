/// Parts of matrices along their second axis, as copies.
extension Tensor {
  /// Returns the given columns of a matrix [rows, columns] as a copy, [rows, range.count].
  package func columns(_ range: Range<Int>) -> Tensor {
    precondition(shape.count == 2, "columns of shape \(shape)")
    precondition(
      range.lowerBound >= 0 && range.upperBound <= shape[1], "columns \(range) of \(shape[1])")
    let sizes = [range.lowerBound, range.count, shape[1] - range.upperBound]
    return splitChannels(self, into: sizes)[1]
  }

  /// Overwrites the given columns of a matrix in place. It is not differentiable, and tracked
  /// tensors are refused.
  ///
  /// - Parameter part: [rows, range.count].
  package mutating func setColumns(_ range: Range<Int>, to part: Tensor) {
    precondition(
      shape.count == 2 && part.shape == [shape[0], range.count],
      "columns \(range) of \(shape) set to \(part.shape)")
    requireConstant(in: "setColumns(_:to:)")
    device.arrangements.setChannels(
      &array, range, to: part.constant(in: "the argument of setColumns(_:to:)"))
  }
}
