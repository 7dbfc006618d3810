import Tensors

/// Scalars moved to other places, left out, repeated, or joined by constants: reshaping,
/// transposing, padding, slicing, and every other operation that takes each scalar of its output
/// from one of its input.
///
/// One table says for each scalar of the output which scalar of the input it is. So there is one
/// implementation and one bound rule for all of these operations.
package struct Rearrangement: Layer {
  package static let kind = "Rearrangement"

  /// The shape of the input, the only one that the layer takes.
  package let input: [Int]
  /// The shape of the output.
  package let output: [Int]
  /// The source of each scalar of the output, both numbered in memory order.
  package let map: IndexMap
  /// What stands where the map has no source.
  package let fill: Float

  /// Makes a layer of a table.
  ///
  /// - Precondition: The map is from the scalars of `input` to those of `output`.
  package init(from input: [Int], to output: [Int], by map: IndexMap, fill: Float = 0) {
    precondition(
      map.sourceCount == input.reduce(1, *) && map.sources.count == output.reduce(1, *),
      "a map of \(map.sourceCount) to \(map.sources.count) for \(input) to \(output)")
    self.input = input
    self.output = output
    self.map = map
    self.fill = fill
  }

  /// Makes a layer that takes each scalar of the output from the place that `source` names.
  ///
  /// - Parameter source: Maps the indices of a scalar of the output to those of its source in the
  ///   input; nil stands for `fill`.
  /// - Precondition: Each source has an index for each axis of the input, which lies within it.
  package init(
    from input: [Int], to output: [Int], fill: Float = 0, source: ([Int]) -> [Int]?
  ) {
    let places = IndexSequence(output).map { index -> Int32 in
      guard let place = source(index) else { return -1 }
      precondition(
        place.count == input.count && zip(place, input).allSatisfy { 0..<$1 ~= $0 },
        "\(place) is no place in \(input)")
      return Int32(zip(place, input).reduce(0) { $0 * $1.1 + $1.0 })
    }
    self.init(
      from: input, to: output, by: IndexMap(places, from: input.reduce(1, *)), fill: fill)
  }

  /// Makes a layer that sees the same scalars in the same order under another shape.
  ///
  /// - Precondition: Both shapes have the same number of scalars.
  package static func reshape(_ input: [Int], to output: [Int]) -> Rearrangement {
    let count = input.reduce(1, *)
    return Rearrangement(
      from: input, to: output, by: IndexMap((0..<count).map { Int32($0) }, from: count))
  }

  /// Makes a layer that puts axes in another order: axis i of the output is axis `order[i]` of the
  /// input.
  ///
  /// - Precondition: `order` names every axis once.
  package static func transpose(_ input: [Int], order: [Int]) -> Rearrangement {
    precondition(order.sorted() == Array(input.indices), "\(order) is no order of axes")
    return Rearrangement(from: input, to: order.map { input[$0] }) { index in
      var place = [Int](repeating: 0, count: input.count)
      for (axis, position) in zip(order, index) { place[axis] = position }
      return place
    }
  }

  /// Makes a layer that puts constants around the input: `before[i]` and `after[i]` of them along
  /// axis i; negative numbers cut off.
  package static func pad(
    _ input: [Int], before: [Int], after: [Int], value: Float = 0
  ) -> Rearrangement {
    let output = input.indices.map { input[$0] + before[$0] + after[$0] }
    return Rearrangement(from: input, to: output, fill: value) { index in
      let place = zip(index, before).map { $0 - $1 }
      return zip(place, input).allSatisfy { 0..<$1 ~= $0 } ? place : nil
    }
  }

  /// Makes a layer that takes `counts[i]` positions along each axis from `starts[i]` on, `steps[i]`
  /// apart (backwards if negative).
  ///
  /// - Precondition: All positions are inside the input.
  package static func slice(
    _ input: [Int], starts: [Int], steps: [Int], counts: [Int]
  ) -> Rearrangement {
    Rearrangement(from: input, to: counts) { index in
      index.indices.map { starts[$0] + index[$0] * steps[$0] }
    }
  }

  package var keepsOrder: Bool { false }

  package func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
    guard input == self.input else {
      throw ShapeMismatch(expected: "\(self.input)", found: input)
    }
    return output
  }

  package func forward(_ input: Tensor) -> Tensor {
    map.isIdentity
      ? input.reshaped([input.shape[0]] + output)
      : rearranged(input, by: map, to: output, fill: fill)
  }
}
