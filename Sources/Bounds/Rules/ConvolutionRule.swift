import Networks
import Tensors

/// Boxes: centre by W and b, radius by |W|. Balls: ε times the dual norm of each row. Forms: one
/// transposed convolution over batch × rows images.
extension Convolution: BoundedLayer {
  public var isAffine: Bool { true }

  public func propagate(_ region: Region) -> Region {
    switch region {
    case .box(let box):
      // The radius first: its weight's gradient is then added to that of the centre, in place.
      let radius = convolution(box.radius, weight: absolute(kernel), geometry)
      return .box(Interval(center: forward(box.center), radius: radius))
    case .ball(let ball):
      let norms = convolutionRowNorms(
        kernel, scale: ball.scale, imageShape: Array(ball.center.shape.dropFirst()), geometry,
        dual: ball.dual)
      let center = forward(ball.center)
      return .box(
        Interval(center: center, radius: (norms * ball.epsilon).repeatedBatch(center.shape[0])))
    }
  }

  public func pullBack(_ form: LinearForm, through place: LayerPlace) -> LinearForm {
    // The constant first: its gradient is then added to that of the coefficients, in place.
    let constant = form.constant + formBias(form.coefficients, bias)
    let images = form.coefficients.reshaped([form.batch * form.rows] + place.outputShape)
    let pulled = transposedConvolution(
      images, weight: kernel, imageShape: [form.batch * form.rows] + place.inputShape, geometry)
    return LinearForm(
      coefficients: pulled.reshaped([form.batch, form.rows, place.inputShape.reduce(1, *)]),
      constant: constant)
  }

  public func unitForm(of outputs: [Int], through place: LayerPlace) -> LinearForm {
    let channels = weight.shape[0]
    return LinearForm(
      coefficients: convolutionRows(
        kernel, outputs: outputs, imageShape: place.inputShape, geometry),
      constant: selectedRows(bias, at: outputs.map { $0 % channels })
        .reshaped([1, outputs.count]))
  }

  public func linearMap(_ inputs: [Tensor]) -> Tensor {
    convolution(inputs[0], weight: kernel, geometry)
  }
}
