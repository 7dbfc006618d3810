import Networks
import Relaxations
import Tensors

/// Bounds of a network on a batch of regions: intervals forwards, linear forms backwards.
///
/// IBP, CROWN-IBP, CROWN and α-CROWN are compositions of these two traversals. No per-layer
/// mathematics here: a layer brings its rules (``BoundedLayer``).
public struct BoundPropagation: Sendable {
  struct Step: Sendable {
    let path: String
    let layer: any BoundedLayer
    /// The values that it reads; its output is the value after its own number.
    let inputs: [Int]
    let inputShapes: [[Int]]
    let outputShape: [Int]
  }

  let steps: [Step]
  let input: Region
  /// By value: regions[0] is the input's, regions[i + 1] that of layer i's output; filled up to the
  /// last affine part.
  var regions: [Region]

  /// Propagates intervals through the network, up to the affine layers at its end, into which
  /// specifications are folded.
  ///
  /// Throws ``BoundsError/unsupportedLayer(path:kind:)`` for a layer without rules.
  public init(_ network: Network, on input: Region) throws(BoundsError) {
    var shapes = [network.inputShape]
    var steps: [Step] = []
    for node in network.nodes {
      guard let layer = node.layer as? any BoundedLayer else {
        throw .unsupportedLayer(path: node.path, kind: type(of: node.layer).kind)
      }
      steps.append(
        Step(
          path: node.path, layer: layer, inputs: node.inputs,
          inputShapes: node.inputs.map { shapes[$0] }, outputShape: node.outputShape))
      shapes.append(node.outputShape)
    }
    self.steps = steps
    self.input = input
    regions = [input]
    for step in steps.prefix(tail) {
      regions.append(step.layer.propagate(all: step.inputs.map { regions[$0] }))
    }
  }

  /// Bounds of a chain of layers, each with the region of what it reads.
  init(_ steps: [Step], _ regions: [Region]) {
    self.steps = steps
    self.regions = regions
    input = regions[0]
  }

  /// The index of the first layer of the affine part at the network's end.
  var tail: Int { (steps.lastIndex { !$0.layer.isAffine } ?? -1) + 1 }

  /// Lower bounds of a specification by intervals, with the affine layers at the end folded into
  /// it: [batch, S].
  public func intervalBounds(_ specification: Specification) -> Tensor {
    intervalBounds(of: elided(specification))
  }

  /// Interval lower bounds of a form over values before the affine part at the network's end.
  func intervalBounds(of form: GraphForm) -> Tensor { form.lowerBounds(over: regions) }

  /// Interval lower and upper bounds of such a form.
  func intervalBoundsOnBothSides(of form: GraphForm) -> (lower: Tensor, upper: Tensor) {
    (intervalBounds(of: form), intervalBounds(of: form.mapped { $0 * -1 }) * -1)
  }

  /// Lower bounds of a specification by one backward pass, with the intervals known so far as
  /// pre-activation bounds: [batch, S].
  public func linearBounds(_ specification: Specification, slope: ReLUSlope) -> Tensor {
    linearBounds(of: elided(specification), slope: slope)
  }

  /// The specification as a form over values before the affine part at the network's end.
  func elided(_ specification: Specification) -> GraphForm {
    pulled(
      GraphForm(specification.form, over: steps.count), from: steps.count, to: tail,
      slope: .adaptive)
  }

  /// Lower bounds of a form over values before the affine part at the network's end.
  func linearBounds(of form: GraphForm, slope: ReLUSlope) -> Tensor {
    pulled(form, from: tail, to: 0, slope: slope).lowerBounds(over: [input])
  }

  /// A form over values up to that numbered `end` as one over those up to `start`.
  ///
  /// - Parameter alphas: Chosen slopes by layer (``LayerPlace/alpha``).
  func pulled(
    _ form: GraphForm, from end: Int, to start: Int, slope: ReLUSlope, alphas: [Int: Tensor] = [:]
  ) -> GraphForm {
    var form = form
    for index in (start..<end).reversed() {
      guard let part = form.take(index + 1) else { continue }
      let step = steps[index]
      var place = place(of: step, slope: slope)
      place.alpha = alphas[index]
      let pulled = step.layer.pullBack(toAll: part, through: place)
      form.constant = pulled.constant
      for (value, coefficients) in zip(step.inputs, pulled.coefficients) {
        form.add(coefficients, over: value)
      }
    }
    return form
  }

  func place(of step: Step, slope: ReLUSlope) -> LayerPlace {
    LayerPlace(
      inputShapes: step.inputShapes, outputShape: step.outputShape,
      preactivation: step.layer.isAffine ? nil : regions[step.inputs[0]].box, slope: slope)
  }
}

/// Which neurons' pre-activation bounds full CROWN takes from backward passes; the others keep
/// their interval bounds.
enum RefinedNeurons {
  /// Those whose interval leaves their sign open, for each example by itself.
  case undecided
  /// Those whose interval leaves it open for any example of the batch, or all of a layer where
  /// these are more than nine tenths: what auto_LiRPA 0.7 does. An example's bounds then depend on
  /// its neighbours, so this serves only to compare with it.
  case undecidedInBatch
}

/// Pre-activation intervals by backward passes ("full" CROWN).
extension BoundPropagation {
  /// Replaces the pre-activation intervals of undecided neurons (l < 0 < u) in every nonlinear
  /// layer, in order, by what backward passes give, so that later layers profit. The first one is
  /// left out where its interval is exact already.
  ///
  /// On a decided neuron the relaxation of a piecewise linear activation is exact; of others all
  /// neurons are refined. They take the linear bound itself, not its intersection with the
  /// interval: that is CROWN's definition, and since slopes are chosen by these bounds neither
  /// choice is always the tighter one in the end.
  ///
  /// - Parameters:
  ///   - rowLimit: The most rows carried at once.
  ///   - ascent: Optimises the slopes of each row; intervals then shrink to what they have in
  ///     common with the bounds found.
  mutating func tightenPreactivations(
    slope: ReLUSlope, rowLimit: Int, _ refined: RefinedNeurons = .undecided,
    by ascent: SlopeAscent? = nil
  ) {
    for index in inexactLayers {
      let value = steps[index].inputs[0]
      let box = regions[value].box
      let size = steps[index].inputShapes[0].reduce(1, *)
      var neurons = undecidedNeurons(box)
      let isSmooth = !steps[index].layer.isExactOnceDecided
      let isCrowded = refined == .undecidedInBatch && neurons.count * 10 > size * 9
      if isSmooth || isCrowded { neurons = Array(0..<size) }
      var (lower, upper) = (box.lower, box.upper)
      forEachChunk(of: neurons, at: value, limit: max(rowLimit / 2, 1)) { chunk in
        let form = chunk.form.withNegatives
        let bounds =
          ascent.map { chunk.bounds.ascended(form, from: chunk.end, slope: slope, by: $0) }
          ?? chunk.lowerBounds(of: form, slope: slope)
        Self.replace(
          &lower, &upper, by: bounds, of: chunk.neurons,
          everywhere: isSmooth || refined == .undecidedInBatch, intersecting: ascent != nil)
      }
      regions[value] = .box(Interval(lower: lower, upper: upper))
      if refined == .undecidedInBatch { propagateAgain(after: value) }
    }
  }

  /// Nonlinear layers whose intervals can shrink: all but a first one whose interval is exact.
  var inexactLayers: [Int] {
    let nonlinear = (0..<tail).filter { !steps[$0].layer.isAffine }
    return nonlinear.filter { $0 != nonlinear[0] || !hasExactInterval(at: $0) }
  }

  /// Renews the intervals of the values behind a refined one.
  private mutating func propagateAgain(after value: Int) {
    for index in value..<tail {
      regions[index + 1] = steps[index].layer.propagate(
        all: steps[index].inputs.map { regions[$0] })
    }
  }

  /// Whether the interval of a layer's input is exact: no more than one layer that mixes scalars on
  /// a single way to it.
  private func hasExactInterval(at index: Int) -> Bool {
    var (value, mixing) = (steps[index].inputs[0], 0)
    while value > 0 {
      let step = steps[value - 1]
      guard step.inputs.count == 1, step.layer.isAffine else { return false }
      mixing += step.layer.mixesScalars ? 1 : 0
      value = step.inputs[0]
    }
    return mixing <= 1
  }

  /// Neurons with l < 0 < u for some example, ascending.
  func undecidedNeurons(_ box: Interval) -> [Int] {
    let size = box.center.shape.dropFirst().reduce(1, *)
    var undecided = [Bool](repeating: false, count: size)
    box.center.withUnsafeScalars { center in
      box.radius.withUnsafeScalars { radius in
        for i in 0..<center.count where abs(center[i]) < radius[i] { undecided[i % size] = true }
      }
    }
    return undecided.indices.filter { undecided[$0] }
  }

  /// A row for each of the given scalars of a value, shared by all examples: over what the layer
  /// that makes it reads, if that is an affine layer of one input.
  func unitForm(_ scalars: [Int], of value: Int, size: Int) -> GraphForm {
    guard value > 0, case let maker = steps[value - 1], maker.layer.isAffine,
      maker.inputs.count == 1
    else { return GraphForm(LinearForm.unit(scalars, size: size), over: value) }
    let form = maker.layer.unitForm(of: scalars, through: place(of: maker, slope: .adaptive))
    return GraphForm(form, over: maker.inputs[0])
  }

  /// Sets the intervals of the given neurons to bounds [batch, 2·count] of ±neuron, where they are
  /// undecided or everywhere, or to what both have in common; NaN stays.
  private static func replace(
    _ lower: inout Tensor, _ upper: inout Tensor, by bounds: Tensor, of neurons: [Int],
    everywhere: Bool, intersecting: Bool
  ) {
    let batch = bounds.shape[0]
    let size = lower.count / batch
    bounds.withUnsafeScalars { bounds in
      lower.withUnsafeMutableScalars { lower in
        upper.withUnsafeMutableScalars { upper in
          for example in 0..<batch {
            let rows = example * 2 * neurons.count
            for (row, neuron) in neurons.enumerated() {
              let i = example * size + neuron
              guard everywhere || (lower[i] < 0 && upper[i] > 0) else { continue }
              let (low, high) = (bounds[rows + row], -bounds[rows + neurons.count + row])
              if !(intersecting && (lower[i] > low || lower[i].isNaN)) { lower[i] = low }
              if !(intersecting && (upper[i] < high || upper[i].isNaN)) { upper[i] = high }
            }
          }
        }
      }
    }
  }
}
