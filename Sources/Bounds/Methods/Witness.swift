import Networks
import Relaxations
import Tensors

/// What a checker needs to find a bound of one example again: the slopes of lines, and the neurons
/// whose intervals come from backward passes.
///
/// It proves nothing by itself. Whoever checks computes the intervals and passes anew, and any
/// slope gives lines that hold.
package struct Witness: Sendable {
  /// The lines of a layer's neurons.
  package struct Lines: Sendable {
    /// The layer's index.
    package let layer: Int
    /// The neurons with a bend within their interval, as places in the layer's input, ascending.
    package let neurons: [Int]
    /// The slopes of their lower lines.
    package let lower: [Float]
    /// The slopes of their upper lines; nil where these are chords.
    package let upper: [Float]?
  }

  /// The neurons that backward passes bound from both sides.
  package struct Refined: Sendable {
    /// The index of the layer that they are in front of.
    package let layer: Int
    /// Places in the layer's input, ascending.
    package let neurons: [Int]
  }

  /// A backward pass with slopes that no other pass has.
  package struct Pass: Sendable {
    /// Where the pass begins.
    package enum Start: Sendable, Equatable {
      /// At a row of the specification.
      case row(Int)
      /// At a refined neuron in front of a layer, or at its negative.
      case neuron(Int, layer: Int, isNegative: Bool)
    }

    /// Where the pass begins.
    package let start: Start
    /// The slopes by layer, for the neurons that ``Witness/lines`` has of it.
    package let slopes: [(layer: Int, lower: [Float])]
  }

  /// The lines of all layers that have any to choose, in the layers' order.
  package let lines: [Lines]
  /// The refined neurons by layer, in the layers' order.
  package let refined: [Refined]
  /// The passes with slopes of their own: rows first, then neurons in order.
  package let passes: [Pass]
  /// The bound that the methods have found for each row; the checker's is about the same.
  package let bounds: [Float]
}

extension BoundedNetwork {
  /// Bounds a specification by methods in order, and says how the last of them came to its bounds.
  ///
  /// - Parameters:
  ///   - specification: Its rows are those of one example.
  ///   - region: The set of one example's inputs.
  ///   - methods: At least one.
  /// - Throws: ``BoundsError/specification(_:)`` where a layer's optimised slopes have no place in a
  ///   witness: those of α-CROWN for activations other than ReLU and leaky ReLU.
  package func witness(
    of specification: Specification, over region: Region, by methods: [BoundMethod],
    budget: Budget = Budget()
  ) throws(BoundsError) -> Witness {
    precondition(region.batch == 1 && !methods.isEmpty, "a witness of one example by some method")
    var bounding = bounding(over: region)
    let record = WitnessRecord()
    bounding.record = record
    var bounds: [Float] = []
    for method in methods {
      bounds = bounding.lowerBounds(of: specification, by: method, budget: budget).scalars
    }
    guard let last = methods.last, last != .interval || bounding.isRefined else {
      return Witness(lines: [], refined: [], passes: [], bounds: bounds)
    }
    return try bounding.witness(record.contents, slope: last.slope ?? .adaptive, bounds)
  }
}

extension Bounding {
  /// Whether a method has refined the regions.
  fileprivate var isRefined: Bool { !refinements.isEmpty }

  /// Makes the witness of bounds over the regions as they are.
  fileprivate func witness(
    _ record: WitnessRecord.Contents, slope: ReLUSlope, _ bounds: [Float]
  ) throws(BoundsError) -> Witness {
    let lines = (0..<plan.tail).compactMap { self.lines(of: $0, slope: slope) }
    let refined = record.refined.sorted { $0.key < $1.key }.map {
      Witness.Refined(layer: $0.key, neurons: $0.value.sorted())
    }
    var passes: [Witness.Pass] = []
    for (row, slopes) in record.ofRows.enumerated() {
      passes.append(try pass(.row(row), slopes, lines))
    }
    for layer in refined {
      let ofValue = record.ofNeurons[plan.steps[layer.layer].inputs[0]] ?? [:]
      for neuron in layer.neurons {
        guard let pair = ofValue[neuron] else { continue }
        for (isNegative, slopes) in [(false, pair.positive), (true, pair.negative)] {
          let start = Witness.Pass.Start.neuron(
            neuron, layer: layer.layer, isNegative: isNegative)
          passes.append(try pass(start, slopes, lines))
        }
      }
    }
    return Witness(
      lines: lines, refined: refined.filter { !$0.neurons.isEmpty },
      passes: passes.filter { !$0.slopes.isEmpty }, bounds: bounds)
  }

  /// Returns the lines of a layer's neurons that have a bend within their interval; nil where there
  /// are none.
  private func lines(of index: Int, slope: ReLUSlope) -> Witness.Lines? {
    let step = plan.steps[index]
    guard let function = step.layer.piecewiseLinear else { return nil }
    let box = regions[step.inputs[0]].outwardBox
    let (center, radius) = (box.center.flattenedRows, box.radius.flattenedRows)
    let (c, r) = (center.scalars, radius.scalars)
    let neurons = c.indices.filter { i in function.bends.contains { abs($0 - c[i]) < r[i] } }
    guard !neurons.isEmpty else { return nil }
    let lines = activationLines(function.activation, center: center, radius: radius, slope: slope)
    let (lower, upper) = (lines.lowerSlope.scalars, lines.upperSlope.scalars)
    return Witness.Lines(
      layer: index, neurons: neurons,
      lower: neurons.map { lower[$0] },
      upper: function.bends.count > 1 ? neurons.map { upper[$0] } : nil)
  }

  /// Takes the slopes of a pass for the neurons of the lines.
  private func pass(
    _ start: Witness.Pass.Start, _ slopes: [Int: [Float]], _ lines: [Witness.Lines]
  ) throws(BoundsError) -> Witness.Pass {
    var parts: [(layer: Int, lower: [Float])] = []
    for line in lines {
      guard let alphas = slopes[line.layer] else { continue }
      let step = plan.steps[line.layer]
      guard let function = step.layer.piecewiseLinear, function.bends.count == 1 else {
        throw .specification(
          "certificates of alpha-crown know ReLU and leaky ReLU, and layer \(step.path) is neither; "
            + "certify by crown")
      }
      parts.append((line.layer, line.neurons.map { function.slope(of: alphas[$0]) }))
    }
    return Witness.Pass(start: start, slopes: parts)
  }
}

/// An activation of lines that meet at a bend or two.
private struct PiecewiseLinear {
  let activation: ActivationFunction
  /// Where its lines meet.
  let bends: [Float]
  /// The slope below 0 of a leaky ReLU, 0 for ReLU.
  let leak: Float

  /// Returns the slope that α-CROWN's α stands for: a leaky ReLU is leak·h + (1 − leak)·max(h, 0),
  /// and α the slope of a line below the maximum.
  func slope(of alpha: Float) -> Float { leak + (1 - leak) * alpha }
}

extension BoundedLayer {
  /// The layer as lines that meet; nil for others.
  fileprivate var piecewiseLinear: PiecewiseLinear? {
    if self is ReLU {
      return PiecewiseLinear(activation: .leakyReLU(slope: 0), bends: [0], leak: 0)
    }
    switch (self as? Activation)?.function {
    case .leakyReLU(let slope):
      return PiecewiseLinear(activation: .leakyReLU(slope: slope), bends: [0], leak: slope)
    case .clip(let lower, let upper):
      return PiecewiseLinear(
        activation: .clip(lower: lower, upper: upper), bends: [lower, upper], leak: 0)
    default: return nil
    }
  }
}
