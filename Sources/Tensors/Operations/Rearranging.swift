extension Tensor {
  /// The same scalars under another shape.
  public func reshaped(_ shape: [Int]) -> Tensor {
    let original = self.shape
    return recorded(array.viewed(as: shape), from: [self]) { [$0.viewed(as: original)] }
  }
}

/// Rows with their scalars taken from elsewhere in the row, `fill` where the map says so:
/// [rows, …] → [rows, …shape].
package func rearranged(
  _ x: Tensor, by map: IndexMap, to shape: [Int], fill: Float = 0
) -> Tensor {
  let (kernels, rows, original) = (x.device.arrangements, x.shape[0], x.shape)
  let output = kernels.gather(x.array, rows: rows, map, fill: fill)
  return recorded(output.viewed(as: [rows] + shape), from: [x]) { gradient in
    [kernels.scatter(gradient, rows: rows, map).viewed(as: original)]
  }
}

/// The transpose of ``rearranged(_:by:to:fill:)``: every scalar is added to its source. The last
/// axis runs over the result's scalars: […, n] → […, map.sourceCount].
package func transposedRearrangement(_ x: Tensor, by map: IndexMap) -> Tensor {
  let (kernels, original) = (x.device.arrangements, x.shape)
  let rows = original.dropLast().reduce(1, *)
  let output = kernels.scatter(x.array, rows: rows, map)
  return recorded(output.viewed(as: original.dropLast() + [map.sourceCount]), from: [x]) {
    [kernels.gather($0, rows: rows, map, fill: 0).viewed(as: original)]
  }
}
