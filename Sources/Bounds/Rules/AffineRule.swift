import Networks
import Tensors

/// An affine layer, x ↦ Σ Lᵢxᵢ + b over its inputs xᵢ.
///
/// It states its maps. Its interval step, its backward step and its rows of units follow from them,
/// written once for all affine layers.
public protocol AffineRule: BoundedLayer {
  /// Σ Lᵢxᵢ for inputs [batch, …]: the layer without what it adds.
  func linearMap(_ inputs: [Tensor]) -> Tensor

  /// Σ |Lᵢ|xᵢ, with the absolute value of every weight.
  func absoluteMap(_ inputs: [Tensor]) -> Tensor

  /// Λ ↦ (ΛL₁, ΛL₂, …) for rows Λ over the output, [batch, S, n].
  func transposedMap(_ rows: Tensor, through place: LayerPlace) -> [Tensor]

  /// b, one number for each scalar of the output's last axis or for each scalar; nil for none.
  var offset: Tensor? { get }

  /// The rows of L₁ for the given scalars of the output, [1, count, n]. Only for a layer of one
  /// input.
  func unitRows(_ outputs: [Int], through place: LayerPlace) -> Tensor

  /// Maps a ball; returns nil where nothing better is known than the image of its box.
  func image(of ball: NormBall) -> Region?
}

extension AffineRule {
  public var isExactOnceDecided: Bool { true }

  public func unitRows(_ outputs: [Int], through place: LayerPlace) -> Tensor {
    let units = LinearForm.unit(outputs, size: place.outputShape.reduce(1, *))
    return transposedMap(units.coefficients, through: place)[0]
  }

  public func image(of ball: NormBall) -> Region? { nil }

  /// The centre goes through the layer, the radius through the absolute map (Gowal et al. 2018).
  public func propagate(_ regions: [Region]) -> Region {
    if regions.count == 1, case .ball(let ball) = regions[0], let image = image(of: ball) {
      return image
    }
    let boxes = regions.map(\.box)
    // The radius first: its weight's gradient is then added to that of the centre, in place.
    let radius = absoluteMap(boxes.map(\.radius))
    return .box(Interval(center: forward(all: boxes.map(\.center)), radius: radius))
  }

  /// Λ(Σ Lᵢxᵢ + b) + c = Σ (ΛLᵢ)xᵢ + (Λb + c): an equality.
  public func pullBack(
    _ form: LinearForm, through place: LayerPlace
  ) -> (coefficients: [Tensor], constant: Tensor) {
    // The constant first: its gradient is then added to that of the coefficients, in place.
    let constant = offset.map { form.constant + formBias(form.coefficients, $0) } ?? form.constant
    return (transposedMap(form.coefficients, through: place), constant)
  }

  /// The given scalars of the output as a form over the layer's one input, shared by all examples.
  func unitForm(of outputs: [Int], through place: LayerPlace) -> LinearForm {
    let constant =
      offset.map { offset in
        offset.rows(at: outputs.map { $0 % offset.count }).reshaped([1, outputs.count])
      } ?? .zeros([1, outputs.count])
    return LinearForm(coefficients: unitRows(outputs, through: place), constant: constant)
  }
}
