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
    return .affine(layer, rounding.ofWindow)
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
