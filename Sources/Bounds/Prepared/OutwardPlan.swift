import Networks
import Tensors

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
        return BoundPlan.Step(
          path: step.path, layer: step.layer, inputs: step.inputs, inputShapes: step.inputShapes,
          outputShape: step.outputShape, outward: outwardStep(of: index, folded: folded[index]))
      })
  }

  /// Makes the outward step of a layer.
  private func outwardStep(of index: Int, folded: Int) -> OutwardStep {
    let step = plan.steps[index]
    if let affine = step.affine, let stated = stated[index] {
      var rounding = LayerRounding(stated, adding: affine.offset, folded: folded, model)
      if let kept = affine.absoluteLayer { rounding.absoluteMap = { kept.linearMap($0) } }
      return .affine(affine, rounding)
    }
    guard let relaxed = step.layer as? any OutwardRelaxedRule else {
      preconditionFailure("layer \(step.path) was not asked for its rounding")
    }
    return .relaxed(relaxed, deployed: model.guarantee == .deployed)
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
