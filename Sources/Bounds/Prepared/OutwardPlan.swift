import Networks
import Tensors

/// A layer's steps in outward arithmetic.
enum OutwardStep: Sendable {
  /// An affine layer with what rounding can do to it.
  case affine(any AffineRule, LayerRounding)
  /// A relaxed layer, and whether it has to hold as a runtime computes it.
  case relaxed(any OutwardRelaxedRule, deployed: Bool)

  /// Returns the steps of a layer that sums up as much: the same one on a window of its input.
  func of(_ layer: any BoundedLayer) -> OutwardStep {
    guard case .affine(_, let rounding) = self, let layer = layer as? any AffineRule else {
      return self
    }
    return .affine(layer, rounding)
  }

  /// Returns a region that holds the layer's output.
  func region(_ regions: [Region]) -> Region {
    switch self {
    case .affine(let layer, let rounding): layer.outwardRegion(regions, rounding)
    case .relaxed(let layer, let deployed):
      .box(layer.outwardBox(of: regions[0].outwardBox, deployed: deployed))
    }
  }

  /// Returns what a form loses to rounding at this layer.
  ///
  /// - Parameters:
  ///   - inputs: At least the magnitudes of the layer's inputs.
  ///   - size: The scalars of its output.
  func errors(of inputs: [Tensor], size: Int) -> LayerErrors {
    switch self {
    case .affine(let layer, let rounding): layer.errors(of: inputs, size: size, rounding)
    case .relaxed:
      LayerErrors(
        offset: .zeros([1, size]), noise: .zeros([1, size]),
        underflow: LayerErrors.underflow(of: inputs, products: 1))
    }
  }

  /// Pulls a form back, less what rounding costs.
  func pullBack(
    _ form: LinearForm, through place: LayerPlace, _ errors: LayerErrors
  ) -> (coefficients: [Tensor], constant: Tensor) {
    switch self {
    case .affine(let layer, _): layer.outwardPullBack(form, through: place, errors)
    case .relaxed(let layer, let deployed):
      layer.outwardPullBack(form, through: place, errors, deployed: deployed)
    }
  }
}

/// Prepares the layers of a plan for outward arithmetic.
struct OutwardPlan {
  private let plan: BoundPlan
  private let model: RoundingModel
  /// What each affine layer states; nil for relaxed layers.
  private let stated: [AffineRoundings?]

  /// Asks the layers.
  ///
  /// - Throws: ``BoundsError/unknownRounding(path:kind:)`` for a layer that cannot say.
  init(_ plan: BoundPlan, _ model: RoundingModel) throws(BoundsError) {
    (self.plan, self.model) = (plan, model)
    var stated: [AffineRoundings?] = []
    for step in plan.steps {
      let place = LayerPlace(
        inputShapes: step.inputShapes, outputShape: step.outputShape, preactivation: nil,
        slope: .adaptive)
      let roundings = step.affine?.roundings(through: place)
      guard roundings != nil || step.affine == nil && step.layer is any OutwardRelaxedRule else {
        throw .unknownRounding(path: step.path, kind: type(of: step.layer).kind)
      }
      stated.append(roundings)
    }
    self.stated = stated
  }

  /// Returns the plan with the outward steps of its layers.
  func prepared() -> BoundPlan {
    let folded = foldedRoundings
    return BoundPlan(
      plan.steps.indices.map { index in
        let step = plan.steps[index]
        let outward: OutwardStep
        if let affine = step.affine, let layer = stated[index] {
          outward = .affine(affine, LayerRounding(layer, folded: folded[index], model))
        } else if let relaxed = step.layer as? any OutwardRelaxedRule {
          outward = .relaxed(relaxed, deployed: model.guarantee == .deployed)
        } else {
          preconditionFailure("layer \(step.path) was not asked for its rounding")
        }
        return BoundPlan.Step(
          path: step.path, layer: step.layer, inputs: step.inputs, inputShapes: step.inputShapes,
          outputShape: step.outputShape, outward: outward)
      })
  }

  /// The roundings that a term of each layer's sum passes at most, if a runtime folds channel maps
  /// and sums of branches into the sums beside them: those of all layers of such a group together.
  ///
  /// Whatever is folded, a term of the group's map is a product of weights and an input that passes
  /// no more roundings than these, and the noise of all layers of the group, each with its own
  /// magnitudes, adds up to no less than its error. Two sums of products next to each other are not
  /// taken to be folded into one.
  private var foldedRoundings: [Int] {
    var group = Array(plan.steps.indices)
    func root(_ index: Int) -> Int { group[index] == index ? index : root(group[index]) }
    for (index, step) in plan.steps.enumerated() where stated[index] != nil {
      for value in step.inputs where value > 0 && stated[value - 1] != nil {
        guard isLight(index) || isLight(value - 1) else { continue }
        group[root(index)] = root(value - 1)
      }
    }
    var sums = [Int](repeating: 0, count: group.count)
    for (index, layer) in stated.enumerated() {
      guard let layer, !layer.isExact else { continue }
      sums[root(index)] += layer.products + 2 + RoundingModel.weightRoundings
    }
    return group.indices.map { sums[root($0)] }
  }

  /// Whether a layer can be folded into a sum beside it: a channel map, a sum of branches, or
  /// nothing but a move.
  private func isLight(_ index: Int) -> Bool {
    guard let layer = stated[index] else { return false }
    return layer.products <= max(plan.steps[index].inputs.count, 1)
  }
}
