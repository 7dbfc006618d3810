import Relaxations
import Tensors

/// α-CROWN (Xu et al. 2021, "Fast and Complete"): the slopes of lines, optimised for each row by
/// itself.
///
/// Where several lines hold, a lower bound g(α) of a row is a function of the slopes chosen, and
/// every choice gives a bound that holds. So g is raised by gradient ascent over α ∈ [0, 1], where
/// each row has separate slopes for all neurons, and the ascent may stop anywhere.
///
/// The backward passes for the pre-activation intervals come first, layer by layer, and then that
/// of the specification. The tighter the intervals, the tighter the bounds that optimal slopes
/// give, so a layer's intervals are optimised for their own sake. This gives what a joint
/// optimisation of all slopes reaches, in the memory of one chunk of rows. Intervals start from
/// CROWN's and shrink, and the best of all bounds is kept, so that no bound is below CROWN's.
extension Bounding {
  /// Bounds a form over values before the affine part at the network's end, with the slopes of each
  /// row optimised, as many rows at a time as the ascent's budget allows.
  ///
  /// - Returns: [batch, S].
  func ascended(_ form: GraphForm, by ascent: SlopeAscent) -> Tensor {
    let limit = plan.ascentRowLimit(batch: batch, memory: ascent.budget.memory)
    return inChunks(of: limit, form) { ascended($0, from: plan.tail, by: ascent) }
  }

  /// Bounds a form over values up to that numbered `end`, with the slopes of each row optimised.
  ///
  /// Each step is a backward pass and its gradient. The objective is the sum of all rows' bounds;
  /// since no two rows share a slope, its gradient is that of each row. An ascent whose budget is
  /// spent stops after the step that it is in.
  ///
  /// - Returns: The best bounds found on the way, [batch, S]. The last slopes are evaluated in any
  ///   case, so that an ascent without a step gives the bounds of the slopes that it starts from.
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

  /// Returns the slopes to start from by layer, [batch, rows, n]: those of the rule `slope`, the
  /// same for all rows of an example. Layers whose lines have nothing to choose are left out.
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

/// The slopes that an ascent moves, by layer, with Adam's running means of gradients and of their
/// squares.
private struct FreeSlopes {
  /// The layers that have slopes, ascending; the other arrays follow this order.
  private let layers: [Int]
  /// The slopes, each [batch, rows, n] in [0, 1].
  private var values: [Tensor]
  /// Adam's running means of the gradients.
  private var first: [Tensor]
  /// Adam's running means of the squared gradients.
  private var second: [Tensor]

  /// Begins with the given slopes, and means of 0.
  init(_ start: [Int: Tensor]) {
    layers = start.keys.sorted()
    values = layers.map { start[$0]! }
    first = values.map { .zeros($0.shape) }
    second = first
  }

  /// Whether no layer has slopes to choose.
  var isEmpty: Bool { layers.isEmpty }
  /// The slopes as a backward pass reads them.
  var byLayer: [Int: Tensor] { Self.byLayer(layers, values) }

  /// Pairs layers with slopes.
  private static func byLayer(_ layers: [Int], _ values: [Tensor]) -> [Int: Tensor] {
    Dictionary(uniqueKeysWithValues: zip(layers, values))
  }

  /// Moves the slopes one step up the gradient of a sum, and projects them to [0, 1].
  ///
  /// - Parameter sum: The sum of the rows' bounds, a function of the slopes by layer. Each term
  ///   depends on the slopes of its row only.
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
