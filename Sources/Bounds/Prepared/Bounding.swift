import Relaxations
import Tensors

/// A bounding holds what is known of a network's values on a batch of regions: intervals forwards,
/// linear forms backwards.
///
/// It begins with intervals. Methods refine it, each going on from what the one before has found, and
/// a copy is as cheap as a few references. No mathematics of a layer is here: layers bring their own
/// (``BoundedLayer``).
public struct Bounding: Sendable {
  package let plan: BoundPlan
  /// Regions by value: regions[0] is the input's, regions[i + 1] that of layer i's output. Those
  /// of the affine part at the network's end are not among them (``region(of:)``).
  package var regions: [Region]
  /// The methods that have refined the regions, in order.
  var refinements: [BoundMethod] = []

  /// Propagates intervals up to the affine part at the network's end, into which specifications are
  /// folded.
  init(_ plan: BoundPlan, over input: Region) {
    self.plan = plan
    regions = [input]
    for step in plan.steps.prefix(plan.tail) {
      regions.append(step.layer.propagate(step.inputs.map { regions[$0] }))
    }
  }

  /// Bounds of a chain of layers, each with the region of what it reads.
  init(_ plan: BoundPlan, _ regions: [Region]) {
    self.plan = plan
    self.regions = regions
  }

  /// The sets of inputs.
  package var input: Region { regions[0] }

  /// The number of examples.
  package var batch: Int { input.batch }

  /// The region of a value, those of the affine part at the network's end included.
  package func region(of value: Int) -> Region {
    guard value >= regions.count else { return regions[value] }
    var all = regions
    for step in plan.steps[(regions.count - 1)..<value] {
      all.append(step.layer.propagate(step.inputs.map { all[$0] }))
    }
    return all[value]
  }

  /// Takes out what is known of some of the examples.
  package func examples(at indices: [Int]) -> Bounding {
    var part = self
    part.regions = regions.map { $0.rows(at: indices) }
    return part
  }
}

extension Bounding {
  /// Lower bounds of a specification by the regions known so far, with the affine layers at the end
  /// folded into it: [batch, S].
  package func intervalBounds(of specification: Specification) -> Tensor {
    elided(specification).lowerBounds(over: regions)
  }

  /// Lower bounds of a specification by one backward pass over the regions known so far: [batch, S].
  package func linearBounds(of specification: Specification, slope: ReLUSlope) -> Tensor {
    linearBounds(of: elided(specification), slope: slope)
  }

  /// The specification as a form over values before the affine part at the network's end.
  package func elided(_ specification: Specification) -> GraphForm {
    let end = plan.steps.count
    return pulled(
      GraphForm(specification.form, over: end), from: end, to: plan.tail, slope: .adaptive)
  }

  /// Lower bounds of a form over values before the affine part at the network's end.
  package func linearBounds(of form: GraphForm, slope: ReLUSlope) -> Tensor {
    pulled(form, from: plan.tail, to: 0, slope: slope).lowerBounds(over: [input])
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
      let step = plan.steps[index]
      let pulled = step.layer.pullBack(
        part, through: place(of: step, slope: slope, alpha: alphas[index]))
      form.constant = pulled.constant
      for (value, coefficients) in zip(step.inputs, pulled.coefficients) {
        form.add(coefficients, over: value)
      }
    }
    return form
  }

  func place(of step: BoundPlan.Step, slope: ReLUSlope, alpha: Tensor? = nil) -> LayerPlace {
    LayerPlace(
      inputShapes: step.inputShapes, outputShape: step.outputShape,
      preactivation: step.affine == nil ? regions[step.inputs[0]].box : nil, slope: slope,
      alpha: alpha)
  }
}
