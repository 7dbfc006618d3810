/// Rows with their scalars taken from elsewhere in the row, `fill` where the map says so:
/// [rows, …] → [rows, …shape].
public func rearranged(
  _ x: Tensor, by map: IndexMap, to shape: [Int], fill: Float = 0
) -> Tensor {
  let (rows, original) = (x.shape[0], x.shape)
  let output = RearrangementKernel.gather(x, rows: rows, map, fill: fill)
  return recorded(output.viewed(as: [rows] + shape), from: [x]) { gradient in
    [RearrangementKernel.scatter(gradient, rows: rows, map).viewed(as: original)]
  }
}

/// The transpose of ``rearranged(_:by:to:fill:)``: every scalar is added to its source. The last
/// axis runs over the result's scalars: […, n] → […, map.sourceCount].
public func transposedRearrangement(_ x: Tensor, by map: IndexMap) -> Tensor {
  let (rows, original) = (x.shape.dropLast().reduce(1, *), x.shape)
  let output = RearrangementKernel.scatter(x, rows: rows, map)
  return recorded(output.viewed(as: original.dropLast() + [map.sourceCount]), from: [x]) {
    [RearrangementKernel.gather($0, rows: rows, map, fill: 0).viewed(as: original)]
  }
}
