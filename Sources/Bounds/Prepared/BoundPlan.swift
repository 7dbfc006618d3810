import Networks

/// The layers of a network, or of a window of one, in the order in which bounds walk them, with
/// what can be said about them before any input is known.
///
/// A ``BoundedNetwork`` has one for the whole network. ``ImageChain`` makes small ones for windows
/// of images. A ``Bounding`` walks it forwards and backwards.
package struct BoundPlan: Sendable {
  /// A layer with the values that it reads and makes, and their shapes.
  package struct Step: Sendable {
    /// The layer's name in messages, such as "0" or "layer1.0.conv1".
    package let path: String
    /// The layer with its bound rules.
    package let layer: any BoundedLayer
    /// The same layer with its linear maps, where it is affine; nil where lines bound it. It is
    /// looked up once, since casts to a protocol are slow.
    package let affine: (any AffineRule)?
    /// Its steps in outward arithmetic; nil in real arithmetic.
    let outward: OutwardStep?
    /// The numbers of the values that it reads; its output is the value after its index among the
    /// steps.
    package let inputs: [Int]
    /// The shape of each value that it reads, without the batch axis.
    package let inputShapes: [[Int]]
    /// The shape of its output, without the batch axis.
    package let outputShape: [Int]

    /// Makes a step, and finds out whether its layer is affine.
    ///
    /// - Parameters:
    ///   - inputs: The numbers of the values that the layer reads.
    ///   - inputShapes: Their shapes, without the batch axis.
    init(
      path: String, layer: any BoundedLayer, inputs: [Int], inputShapes: [[Int]],
      outputShape: [Int], outward: OutwardStep? = nil
    ) {
      self.path = path
      self.layer = layer
      affine = layer as? any AffineRule
      self.outward = outward
      self.inputs = inputs
      self.inputShapes = inputShapes
      self.outputShape = outputShape
    }
  }

  /// The layers; layer i makes value i + 1.
  package let steps: [Step]
  /// The index of the first layer of the affine part at the end, which is `steps.count` where the
  /// last layer is not affine. Specifications are folded into that part, so that no interval of it
  /// is needed.
  package let tail: Int

  /// Makes a plan of layers and finds the affine part at their end.
  ///
  /// - Precondition: Each layer reads values that are made before it.
  package init(_ steps: [Step]) {
    self.steps = steps
    tail = (steps.lastIndex { $0.affine == nil } ?? -1) + 1
  }

  /// Whether all layers have steps in outward arithmetic.
  var isOutward: Bool { steps.allSatisfy { $0.outward != nil } && !steps.isEmpty }

  /// The indices of the layers whose pre-activation bounds a backward pass can shrink: all that are
  /// not affine, except for the first of them where its interval is exact already.
  var refinableLayers: [Int] { refinableLayers { _ in true } }

  /// Returns the same layers where exactness takes more than the plan knows.
  ///
  /// - Parameter isExact: Says of the layer that mixes scalars, by its index, whether its image of
  ///   the region in front of it is exact.
  func refinableLayers(where isExact: (Int) -> Bool) -> [Int] {
    let relaxed = (0..<tail).filter { steps[$0].affine == nil }
    return relaxed.filter { $0 != relaxed[0] || !hasExactInterval(at: $0, isExact) }
  }

  /// Returns whether the interval of a layer's input counts as exact, so that a backward pass would
  /// give the same ends: a single way leads there from the input, of affine layers alone, of which
  /// no more than one mixes scalars. Behind a second such layer the scalars of what it reads depend
  /// on each other, which intervals forget.
  ///
  /// - Parameter isExact: Says of the mixing layer whether its image of the input's region is.
  private func hasExactInterval(at index: Int, _ isExact: (Int) -> Bool) -> Bool {
    var (value, mixing) = (steps[index].inputs[0], 0)
    while value > 0 {
      let step = steps[value - 1]
      guard step.inputs.count == 1, step.affine != nil else { return false }
      if step.layer.mixesScalars {
        mixing += 1
        guard mixing == 1, isExact(value - 1) else { return false }
      }
      value = step.inputs[0]
    }
    return true
  }
}

/// Memory limits how many rows and examples are bounded at once.
extension BoundPlan {
  /// Bytes of forms that stay near a core. (Measured: more rows at once do not pay.)
  private static let cachedForms = 8 << 20
  /// The same for an optimisation of slopes, whose tape needs more of them.
  private static let cachedAscent = 16 << 20

  /// The scalars of the largest value, for one example: the width that a row reaches on its way
  /// back.
  private var largestValue: Int {
    steps.flatMap { $0.inputShapes + [$0.outputShape] }.map { $0.reduce(1, *) }.max() ?? 1
  }

  /// The scalars of all layers' outputs together, for one example.
  private var scalars: Int {
    steps.reduce(0) { $0 + $1.outputShape.reduce(1, *) }
  }

  /// The bytes that the regions of one example take: a centre and a radius for each scalar, twice
  /// while they are refined. Decisions divide their memory by it to choose how many examples they
  /// hold.
  package var bytesPerExample: Int { 4 * max(scalars, 1) * MemoryLayout<Float>.stride }

  /// Returns how many groups of examples may be bounded side by side within a budget: each takes
  /// its regions, and beside them forms within its share (``Budget/share``).
  ///
  /// - Parameters:
  ///   - examples: The number of examples of a group.
  ///   - budget: What all groups together may take.
  /// - Returns: Two or more, even where two do not fit: one alone would have its kernels split sums
  ///   among the threads, whose number would then decide last bits.
  package func groupsAtOnce(of examples: Int, within budget: Budget) -> Int {
    let forms = min(budget.share.memory, Self.cachedAscent)
    return max(budget.memory / max(examples * bytesPerExample + forms, 1), 2)
  }

  /// Returns how many rows a backward pass carries at once, so that their forms, a handful of
  /// copies of the largest value for each, fit into `memory` and into a cache.
  ///
  /// - Parameters:
  ///   - batch: The number of examples that are carried side by side.
  ///   - memory: In bytes.
  /// - Returns: One or more, even where one row does not fit.
  package func rowLimit(batch: Int, memory: Int) -> Int {
    let bytesPerRow = 4 * largestValue * max(batch, 1) * MemoryLayout<Float>.stride
    return max(min(memory, Self.cachedForms) / bytesPerRow, 1)
  }

  /// Returns how many rows an optimisation of slopes carries at once. Its tape keeps the forms over
  /// every layer, beside four tensors of slopes (values, Adam's two means, gradients).
  ///
  /// - Parameters:
  ///   - batch: The number of examples that are carried side by side.
  ///   - memory: In bytes.
  /// - Returns: One or more, even where one row does not fit.
  func ascentRowLimit(batch: Int, memory: Int) -> Int {
    let bytesPerRow = 6 * max(scalars, 1) * max(batch, 1) * MemoryLayout<Float>.stride
    return max(min(memory, Self.cachedAscent) / bytesPerRow, 1)
  }
}
