extension Tensor {
  /// Returns the same scalars, in the same order, under another shape. Nothing is copied.
  ///
  /// - Precondition: Both shapes have the same number of scalars.
  public func reshaped(_ shape: [Int]) -> Tensor {
    let original = self.shape
    return recorded(array.viewed(as: shape), from: [self]) { [$0.viewed(as: original)] }
  }
}

/// Returns rows with their scalars taken from elsewhere in the row, `fill` where the map says so:
/// [rows, …] → [rows, …shape].
///
/// - Parameters:
///   - map: The source of each scalar, the same for all rows.
///   - shape: The shape of a row of the result, with as many scalars as the map has sources.
///   - fill: The constant of the places without a source, such as the zeros of a padding.
package func rearranged(
  _ x: Tensor, by map: IndexMap, to shape: [Int], fill: Float = 0
) -> Tensor {
  let (kernels, rows, original) = (x.device.arrangements, x.shape[0], x.shape)
  let output = kernels.gather(x.array, rows: rows, map, fill: fill)
  return recorded(output.viewed(as: [rows] + shape), from: [x]) { gradient in
    [kernels.scatter(gradient, rows: rows, map).viewed(as: original)]
  }
}

/// Applies the transpose of ``rearranged(_:by:to:fill:)``, which adds every scalar to its source.
/// The last axis runs over the result's scalars: […, n] → […, map.sourceCount].
///
/// It turns linear forms over a rearranged value into forms over the original. A fill other than 0
/// adds to their constants, for which the caller is responsible.
package func transposedRearrangement(_ x: Tensor, by map: IndexMap) -> Tensor {
  let (kernels, original) = (x.device.arrangements, x.shape)
  let rows = original.dropLast().reduce(1, *)
  let output = kernels.scatter(x.array, rows: rows, map)
  return recorded(output.viewed(as: original.dropLast() + [map.sourceCount]), from: [x]) {
    [kernels.gather($0, rows: rows, map, fill: 0).viewed(as: original)]
  }
}
