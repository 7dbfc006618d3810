import Networks
import Tensors

/// Bounds of a network on a batch of regions: intervals forwards, linear forms backwards.
///
/// IBP, CROWN-IBP and CROWN are compositions of these two traversals. No per-layer mathematics
/// here: a layer brings its rules (``BoundedLayer``).
public struct BoundPropagation: Sendable {
  struct Step: Sendable {
    let path: String
    let layer: any BoundedLayer
    let inputShape: [Int]
    let outputShape: [Int]
  }

  let steps: [Step]
  let input: Region
  /// regions[i] holds the values that layer i receives; filled up to the last affine part.
  private(set) var regions: [Region]

  /// Propagates intervals through the network, up to the affine layers at its end, into which
  /// specifications are folded.
  ///
  /// Throws ``BoundsError/unsupportedLayer(path:kind:)`` for a layer without rules.
  public init(_ network: Network, on input: Region) throws(BoundsError) {
    var steps: [Step] = []
    for node in network.nodes {
      guard let layer = node.layer as? any BoundedLayer else {
        throw .unsupportedLayer(path: node.path, kind: type(of: node.layer).kind)
      }
      steps.append(
        Step(
          path: node.path, layer: layer, inputShape: node.inputShape,
          outputShape: node.outputShape))
    }
    self.steps = steps
    self.input = input
    regions = [input]
    for step in steps.prefix(tail) { regions.append(step.layer.propagate(regions.last!)) }
  }

  /// The index of the first layer of the affine part at the network's end.
  private var tail: Int { (steps.lastIndex { !$0.layer.isAffine } ?? -1) + 1 }

  /// Lower bounds of a specification by intervals, with the affine layers at the end folded into
  /// it: [batch, S].
  public func intervalBounds(_ specification: Specification) -> Tensor {
    elided(specification).lowerBounds(over: regions[tail])
  }

  /// Lower and upper interval bounds of a specification.
  func intervalBoundsOnBothSides(_ form: LinearForm) -> (lower: Tensor, upper: Tensor) {
    let negated = LinearForm(coefficients: form.coefficients * -1, constant: form.constant * -1)
    return (
      form.lowerBounds(over: regions[tail]), negated.lowerBounds(over: regions[tail]) * -1
    )
  }

  /// Lower bounds of a specification by one backward pass, with the intervals known so far as
  /// pre-activation bounds: [batch, S].
  public func linearBounds(_ specification: Specification, slope: ReLUSlope) -> Tensor {
    linearBounds(of: elided(specification), slope: slope)
  }

  /// The specification as a form over the input of the affine part at the network's end.
  func elided(_ specification: Specification) -> LinearForm {
    pulled(specification.form, from: steps.count, to: tail, slope: .adaptive)
  }

  /// Lower bounds of a form over the input of the affine part at the network's end.
  func linearBounds(of form: LinearForm, slope: ReLUSlope) -> Tensor {
    pulled(form, from: tail, to: 0, slope: slope).lowerBounds(over: input)
  }

  /// A form over the input of layer `end` as one over that of layer `start`.
  private func pulled(
    _ form: LinearForm, from end: Int, to start: Int, slope: ReLUSlope
  ) -> LinearForm {
    var form = form
    for index in (start..<end).reversed() {
      let step = steps[index]
      form = step.layer.pullBack(
        form,
        through: LayerPlace(
          inputShape: step.inputShape, outputShape: step.outputShape,
          preactivation: step.layer.isAffine ? nil : regions[index].box, slope: slope))
    }
    return form
  }
}

/// Tightening of every pre-activation interval by backward passes ("full" CROWN).
extension BoundPropagation {
  /// Replaces each pre-activation interval by its intersection with what a backward pass gives, in
  /// order, so that later layers profit. The first nonlinear layer's interval is exact already.
  ///
  /// Only neurons that some example's interval leaves undecided are worth a pass: on the others
  /// every relaxation is exact already.
  ///
  /// - Parameter rowLimit: The most rows carried at once.
  mutating func tightenPreactivations(slope: ReLUSlope, rowLimit: Int) {
    var seenNonlinear = false
    for index in 0..<tail where !steps[index].layer.isAffine {
      defer { seenNonlinear = true }
      guard seenNonlinear else { continue }
      regions[index] = .box(
        tightened(regions[index].box, at: index, slope: slope, rowLimit: rowLimit))
      for next in (index + 1)..<(tail + 1) {
        let propagated = steps[next - 1].layer.propagate(regions[next - 1])
        regions[next] = propagated
        if next < tail, !steps[next].layer.isAffine { break }
      }
    }
  }

  private func tightened(
    _ box: Interval, at index: Int, slope: ReLUSlope, rowLimit: Int
  ) -> Interval {
    var (lower, upper) = (box.lower, box.upper)
    let undecided = undecidedNeurons(box)
    let size = box.center.count / box.center.shape[0]
    for start in stride(from: 0, to: undecided.count, by: max(rowLimit / 2, 1)) {
      let chunk = Array(undecided[start..<min(start + max(rowLimit / 2, 1), undecided.count)])
      let form = LinearForm(
        coefficients: signedUnitRows(chunk, size: size), constant: .zeros([1, 2 * chunk.count]))
      let bounds = pulled(form, from: index, to: 0, slope: slope).lowerBounds(over: input)
      intersect(&lower, &upper, bounds, chunk, size: size)
    }
    return Interval(lower: lower, upper: upper)
  }

  /// Neurons with l < 0 < u for some example, ascending.
  private func undecidedNeurons(_ box: Interval) -> [Int] {
    let size = box.center.count / box.center.shape[0]
    var undecided = [Bool](repeating: false, count: size)
    box.center.withUnsafeScalars { center in
      box.radius.withUnsafeScalars { radius in
        for i in 0..<center.count where abs(center[i]) < radius[i] { undecided[i % size] = true }
      }
    }
    return undecided.indices.filter { undecided[$0] }
  }

  /// Rows +e_i, then rows −e_i, for the given neurons: [1, 2·count, size].
  private func signedUnitRows(_ neurons: [Int], size: Int) -> Tensor {
    var rows = Tensor.zeros([1, 2 * neurons.count, size])
    rows.withUnsafeMutableScalars { scalars in
      for (row, neuron) in neurons.enumerated() {
        scalars[row * size + neuron] = 1
        scalars[(neurons.count + row) * size + neuron] = -1
      }
    }
    return rows
  }

  /// Narrows the intervals of the given neurons by bounds [batch, 2·count] of ±neuron. A NaN bound
  /// makes the interval NaN, so that nothing is certified with it.
  private func intersect(
    _ lower: inout Tensor, _ upper: inout Tensor, _ bounds: Tensor, _ neurons: [Int], size: Int
  ) {
    let batch = bounds.shape[0]
    bounds.withUnsafeScalars { bounds in
      lower.withUnsafeMutableScalars { lower in
        upper.withUnsafeMutableScalars { upper in
          for example in 0..<batch {
            let rows = example * 2 * neurons.count
            for (row, neuron) in neurons.enumerated() {
              let i = example * size + neuron
              let (low, high) = (bounds[rows + row], -bounds[rows + neurons.count + row])
              lower[i] = low.isNaN ? .nan : Swift.max(lower[i], low)
              upper[i] = high.isNaN ? .nan : Swift.min(upper[i], high)
            }
          }
        }
      }
    }
  }
}
