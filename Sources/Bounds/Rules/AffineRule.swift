import Networks
import Tensors

/// An affine layer, x ↦ Σ Lᵢxᵢ + b over its inputs xᵢ.
///
/// A layer states what it is: its linear map, the same with absolute weights, its transpose, and
/// what it adds. The interval step, the backward step and rows of units follow from these and are
/// written once for all affine layers, so a new affine layer cannot get them wrong one by one.
///
///     interval:  centre ↦ Σ Lᵢcᵢ + b,   radius ↦ Σ |Lᵢ|rᵢ
///     backward:  Λ·y + c = Σ (ΛLᵢ)·xᵢ + (Λb + c)
///
/// The backward step is an equality: affine layers lose nothing in CROWN. The interval step is the
/// smallest box, and loses only what the inputs have in common.
public protocol AffineRule: BoundedLayer {
  /// Σ Lᵢxᵢ for inputs [batch, …]: the layer without what it adds. Random projections carry columns
  /// of noise through it.
  func linearMap(_ inputs: [Tensor]) -> Tensor

  /// Σ |Lᵢ|xᵢ, with the absolute value of every weight; it maps radii, which are not negative.
  func absoluteMap(_ inputs: [Tensor]) -> Tensor

  /// A layer with the absolute value of every weight, whose ``linearMap(_:)`` is ``absoluteMap(_:)``.
  ///
  /// Certificates keep it, so that absolute values are taken once and not for every batch. The
  /// default is nil, for layers whose weights are few or none.
  var absoluteLayer: (any AffineRule)? { get }

  /// Λ ↦ (ΛL₁, ΛL₂, …), the coefficients over each input.
  ///
  /// - Parameter rows: Λ over the output, [batch, S, n].
  /// - Returns: For each input in order, [batch, S, nᵢ].
  func transposedMap(_ rows: Tensor, through place: LayerPlace) -> [Tensor]

  /// b, one number for each scalar of the output's last axis or for each scalar; nil for none.
  var offset: Tensor? { get }

  /// The rows of L₁ for the given scalars of the output, [1, count, n]. Only for a layer of one
  /// input.
  ///
  /// The default sends unit rows through the transposed map; a layer that can read its rows off its
  /// weight, as a matrix can, has a faster one.
  func unitRows(_ outputs: [Int], through place: LayerPlace) -> Tensor

  /// How many terms the layer's maps sum up, for the place's shapes; nil where that is not known.
  ///
  /// Outward arithmetic refuses a layer that does not know (``Arithmetic/outward(_:products:)``),
  /// since nothing can be said of its rounding. The default is nil.
  func roundings(through place: LayerPlace) -> AffineRoundings?

  /// Maps a ball to a region that holds its image; returns nil where nothing better is known than
  /// the image of its box.
  ///
  /// A layer that scales or moves scalars keeps it a ball. A matrix W makes it the box of the
  /// images, whose radius ε·‖W_i‖_q is exact for each scalar.
  func image(of ball: NormBall) -> Region?
}

extension AffineRule {
  public var isExactOnceDecided: Bool { true }

  public func unitRows(_ outputs: [Int], through place: LayerPlace) -> Tensor {
    let units = LinearForm.unit(outputs, size: place.outputShape.reduce(1, *))
    return transposedMap(units.coefficients, through: place)[0]
  }

  public func image(of ball: NormBall) -> Region? { nil }
  public var absoluteLayer: (any AffineRule)? { nil }

  public func roundings(through place: LayerPlace) -> AffineRoundings? { nil }

  /// Maps boxes by centre and radius (Gowal et al. 2018): the centre goes through the layer, the
  /// radius through the absolute map. A single ball is mapped by ``image(of:)``, where the layer
  /// has that.
  public func propagate(_ regions: [Region]) -> Region {
    if regions.count == 1, case .ball(let ball) = regions[0], let image = image(of: ball) {
      return image
    }
    let boxes = regions.map(\.box)
    // The radius first: its weight's gradient is then added to that of the centre, in place.
    let radius = absoluteMap(boxes.map(\.radius))
    return .box(Interval(center: forward(all: boxes.map(\.center)), radius: radius))
  }

  /// Pulls a form back by the transposed map: Λ(Σ Lᵢxᵢ + b) + c = Σ (ΛLᵢ)xᵢ + (Λb + c), an
  /// equality.
  public func pullBack(
    _ form: LinearForm, through place: LayerPlace
  ) -> (coefficients: [Tensor], constant: Tensor) {
    // The constant first: its gradient is then added to that of the coefficients, in place.
    let constant = offset.map { form.constant + formBias(form.coefficients, $0) } ?? form.constant
    return (transposedMap(form.coefficients, through: place), constant)
  }

  /// Returns the given scalars of the output as a form over the layer's one input, shared by all
  /// examples: rows of L₁ with their numbers of b. It is where backward passes for pre-activation
  /// bounds begin, one layer further back than unit rows would.
  func unitForm(of outputs: [Int], through place: LayerPlace) -> LinearForm {
    let constant =
      offset.map { offset in
        // An offset for each channel repeats along the last axis, one for each scalar has its own
        // place.
        offset.rows(at: outputs.map { $0 % offset.count }).reshaped([1, outputs.count])
      } ?? .zeros([1, outputs.count])
    return LinearForm(coefficients: unitRows(outputs, through: place), constant: constant)
  }
}
