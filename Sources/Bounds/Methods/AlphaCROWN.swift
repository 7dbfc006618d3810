import Relaxations
import Tensors

/// α-CROWN: the slopes of lower lines, optimised for each row by itself.
///
/// The backward passes for the pre-activation intervals come first, layer by layer, and then that of
/// the specification. The tighter the intervals, the tighter the bounds that optimal slopes give, so
/// a layer's intervals are optimised for their own sake: what a joint optimisation of all slopes
/// reaches, in the memory of one chunk of rows. Intervals start from CROWN's and shrink, and the best
/// of all bounds is kept, so that no bound is below CROWN's.
extension Bounding {
  /// Bounds of a form over values before the affine part at the network's end.
  func ascended(_ form: GraphForm, by ascent: SlopeAscent) -> Tensor {
    let limit = plan.ascentRowLimit(batch: batch, memory: ascent.budget.memory)
    return inChunks(of: limit, form) { ascended($0, from: plan.tail, by: ascent) }
  }

  /// Bounds of a form over values up to that numbered `end`, with the slopes of each row optimised:
  /// the best of those found on the way, [batch, S].
  func ascended(_ form: GraphForm, from end: Int, by ascent: SlopeAscent) -> Tensor {
    func bounds(_ alphas: [Int: Tensor]) -> Tensor {
      pulled(form, from: end, to: 0, slope: ascent.slope, alphas: alphas)
        .lowerBounds(over: [input])
    }
    var slopes = FreeSlopes(startingAlphas(before: end, rows: form.rows, slope: ascent.slope))
    guard !slopes.isEmpty else { return bounds([:]) }
    var best = Tensor(shape: [batch, form.rows], repeating: -.infinity)
    for step in ascent.steps {
      if ascent.budget.isSpent { break }
      slopes.ascend(step) { alphas in
        let lower = bounds(alphas)
        best = best.larger(lower.detached)
        return lower.sum()
      }
    }
    return best.larger(bounds(slopes.byLayer))
  }

  /// Slopes to start from, by layer, [batch, rows, n].
  private func startingAlphas(before end: Int, rows: Int, slope: ReLUSlope) -> [Int: Tensor] {
    var alphas: [Int: Tensor] = [:]
    for index in 0..<end {
      let step = plan.steps[index]
      guard let start = step.layer.startingAlpha(through: place(of: step, slope: slope)) else {
        continue
      }
      let (batch, size) = (start.shape[0], start.shape[1])
      let examples = (0..<batch * rows).map { $0 / rows }
      alphas[index] = start.rows(at: examples).reshaped([batch, rows, size])
    }
    return alphas
  }
}

/// Slopes by layer, with Adam's means.
private struct FreeSlopes {
  private let layers: [Int]
  private var values: [Tensor]
  private var first: [Tensor]
  private var second: [Tensor]

  init(_ start: [Int: Tensor]) {
    layers = start.keys.sorted()
    values = layers.map { start[$0]! }
    first = values.map { .zeros($0.shape) }
    second = first
  }

  var isEmpty: Bool { layers.isEmpty }
  var byLayer: [Int: Tensor] { Self.byLayer(layers, values) }

  private static func byLayer(_ layers: [Int], _ values: [Tensor]) -> [Int: Tensor] {
    Dictionary(uniqueKeysWithValues: zip(layers, values))
  }

  /// Moves the slopes one step up the gradient of a sum, which is the sum of each slope's own row.
  mutating func ascend(_ step: AdamStep, _ sum: ([Int: Tensor]) -> Tensor) {
    let gradients = withGradients(at: values) { sum(Self.byLayer(layers, $0)) }.gradients
    for index in values.indices {
      step.apply(
        to: &values[index], first: &first[index], second: &second[index],
        gradient: gradients[index])
      values[index].clampToUnitInterval()
    }
  }
}
