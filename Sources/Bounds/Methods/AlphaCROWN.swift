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
    return inChunks(of: limit, form) {
      let reached = ascended($0, from: plan.tail, by: ascent)
      record?.keep(reached.slopes, rows: $0.rows)
      return reached.bounds
    }
  }

  /// Bounds a form over values up to that numbered `end`, with the slopes of each row optimised.
  ///
  /// Each step is a backward pass in real arithmetic and its gradient. The objective is the sum of
  /// all rows' bounds; since no two rows share a slope, its gradient is that of each row. An ascent
  /// whose budget is spent stops after the step that it is in.
  ///
  /// - Returns: The best bounds found on the way, [batch, S], and in outward arithmetic the slopes
  ///   that gave them, by layer. The last slopes are evaluated in any case, so that an ascent without
  ///   a step gives the bounds of the slopes that it starts from.
  func ascended(
    _ form: GraphForm, from end: Int, by ascent: SlopeAscent
  ) -> (bounds: Tensor, slopes: [Int: Tensor]) {
    var slopes = FreeSlopes(startingAlphas(before: end, rows: form.rows, slope: ascent.slope))
    guard !slopes.isEmpty else { return (bounds(of: form, from: end, by: ascent, [:]), [:]) }
    let real = inRealArithmetic
    let keepsSlopes = isOutward || record != nil
    var best = BestSlopes(bounds: Tensor(shape: [batch, form.rows], repeating: -.infinity))
    for step in ascent.steps {
      if ascent.budget.isSpent { break }
      var reached = best.bounds
      let gradients = slopes.gradients { alphas in
        let lower = real.bounds(of: form, from: end, by: ascent, alphas)
        reached = lower.detached
        return lower.sum()
      }
      best.take(reached, slopes.byLayer, keepsSlopes: keepsSlopes)
      slopes.ascend(step, gradients)
    }
    best.take(
      real.bounds(of: form, from: end, by: ascent, slopes.byLayer), slopes.byLayer,
      keepsSlopes: keepsSlopes)
    // The ascent's bounds are off by rounding, each by itself. Those of the slopes kept are not.
    return (
      isOutward ? bounds(of: form, from: end, by: ascent, best.slopes) : best.bounds, best.slopes
    )
  }

  /// Bounds a form with given slopes by layer.
  private func bounds(
    of form: GraphForm, from end: Int, by ascent: SlopeAscent, _ alphas: [Int: Tensor]
  ) -> Tensor {
    lowerBounds(
      of: pulled(form, from: end, to: 0, slope: ascent.slope, alphas: alphas), over: [input])
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

  /// Returns the gradients of a sum by the slopes, in the layers' order.
  ///
  /// - Parameter sum: The sum of the rows' bounds, a function of the slopes by layer. Each term
  ///   depends on the slopes of its row only.
  func gradients(of sum: ([Int: Tensor]) -> Tensor) -> [Tensor] {
    withGradients(at: values) { sum(Self.byLayer(layers, $0)) }.gradients
  }

  /// Moves the slopes one step up gradients, and projects them to [0, 1].
  mutating func ascend(_ step: AdamStep, _ gradients: [Tensor]) {
    for index in values.indices {
      step.apply(
        to: &values[index], first: &first[index], second: &second[index],
        gradient: gradients[index])
      values[index].clampToUnitInterval()
    }
  }
}

/// The largest bound of each row that an ascent has met, and its slopes.
private struct BestSlopes {
  /// [batch, rows].
  private(set) var bounds: Tensor
  /// Slopes by layer, [batch, rows, n]; empty until some are taken, and where none are kept.
  private(set) var slopes: [Int: Tensor] = [:]

  init(bounds: Tensor) { self.bounds = bounds }

  /// Takes the rows whose bounds are larger than those known, with their slopes where these are
  /// asked for.
  mutating func take(_ new: Tensor, _ alphas: [Int: Tensor], keepsSlopes: Bool) {
    if keepsSlopes {
      let rows = zip(new.scalars, bounds.scalars).map(>)
      slopes =
        slopes.isEmpty ? alphas : slopes.merging(alphas) { $0.replacingRows(where: rows, by: $1) }
    }
    bounds = bounds.larger(new)
  }
}

extension Tensor {
  /// Replaces rows of a tensor [batch, rows, n] by those of another.
  fileprivate func replacingRows(where isReplaced: [Bool], by other: Tensor) -> Tensor {
    guard isReplaced.contains(true) else { return self }
    let size = count / max(isReplaced.count, 1)
    var result = self
    result.modify { values in
      other.read { new in
        for (row, replaced) in isReplaced.enumerated() where replaced {
          for i in row * size..<(row + 1) * size { values[i] = new[i] }
        }
      }
    }
    return result
  }
}
