import Networks

/// The layers of a network, or of a window of one, in the order in which bounds walk them.
package struct BoundPlan: Sendable {
  /// A layer with the values that it reads and makes.
  package struct Step: Sendable {
    package let path: String
    package let layer: any BoundedLayer
    /// The layer's linear maps, where it is affine.
    package let affine: (any AffineRule)?
    /// The values that it reads; its output is the value after its own number.
    package let inputs: [Int]
    package let inputShapes: [[Int]]
    package let outputShape: [Int]

    package init(
      path: String, layer: any BoundedLayer, inputs: [Int], inputShapes: [[Int]],
      outputShape: [Int]
    ) {
      self.path = path
      self.layer = layer
      affine = layer as? any AffineRule
      self.inputs = inputs
      self.inputShapes = inputShapes
      self.outputShape = outputShape
    }
  }

  package let steps: [Step]
  /// The index of the first layer of the affine part at the end. Specifications are folded into
  /// that part, so that no interval of it is needed.
  package let tail: Int

  package init(_ steps: [Step]) {
    self.steps = steps
    tail = (steps.lastIndex { $0.affine == nil } ?? -1) + 1
  }

  /// Indices of the layers whose pre-activation intervals can shrink: those that are not affine, but
  /// for a first one whose interval is exact.
  var refinableLayers: [Int] {
    let relaxed = (0..<tail).filter { steps[$0].affine == nil }
    return relaxed.filter { $0 != relaxed[0] || !hasExactInterval(at: $0) }
  }

  /// Whether the interval of a layer's input is exact: no more than one layer that mixes scalars on
  /// a single way to it.
  private func hasExactInterval(at index: Int) -> Bool {
    var (value, mixing) = (steps[index].inputs[0], 0)
    while value > 0 {
      let step = steps[value - 1]
      guard step.inputs.count == 1, step.affine != nil else { return false }
      mixing += step.layer.mixesScalars ? 1 : 0
      value = step.inputs[0]
    }
    return mixing <= 1
  }
}

/// Memory limits how many rows and examples are bounded at once.
extension BoundPlan {
  /// Bytes of forms that stay near a core. Measured: more rows at once do not pay.
  private static let cachedForms = 8 << 20
  /// The same for an optimisation, whose tape needs more of them.
  private static let cachedAscent = 16 << 20

  /// Scalars of the largest value, for one example.
  private var largestValue: Int {
    steps.flatMap { $0.inputShapes + [$0.outputShape] }.map { $0.reduce(1, *) }.max() ?? 1
  }

  /// Scalars of all values, for one example.
  private var scalars: Int {
    steps.reduce(0) { $0 + $1.outputShape.reduce(1, *) }
  }

  /// Bytes that the regions of one example take: a centre and a radius for each scalar, twice while
  /// they are refined.
  package var bytesPerExample: Int { 4 * max(scalars, 1) * MemoryLayout<Float>.stride }

  /// Rows that a backward pass carries at once: their forms, a handful of copies of the largest
  /// value each, fit `memory` and a cache. At least one.
  package func rowLimit(batch: Int, memory: Int) -> Int {
    let bytesPerRow = 4 * largestValue * max(batch, 1) * MemoryLayout<Float>.stride
    return max(min(memory, Self.cachedForms) / bytesPerRow, 1)
  }

  /// Rows of an optimisation, whose tape keeps the forms over every layer beside four tensors of
  /// slopes. At least one.
  func ascentRowLimit(batch: Int, memory: Int) -> Int {
    let bytesPerRow = 6 * max(scalars, 1) * max(batch, 1) * MemoryLayout<Float>.stride
    return max(min(memory, Self.cachedAscent) / bytesPerRow, 1)
  }
}
