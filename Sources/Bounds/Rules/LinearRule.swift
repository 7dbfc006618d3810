import Networks
import Tensors

/// Boxes: centre by W and b, radius by |W|. Balls: ε times the dual norm of each row. Forms: Λ·W.
extension Linear: BoundedLayer {
  public var isAffine: Bool { true }

  public func propagate(_ region: Region) -> Region {
    switch region {
    case .box(let box):
      // The radius first: its weight's gradient is then added to that of the centre, in place.
      let radius = linear(box.radius, weight: absolute(weight))
      return .box(Interval(center: forward(box.center), radius: radius))
    case .ball(let ball):
      let center = forward(ball.center)
      let norms = rowNorms(ball) * ball.epsilon
      return .box(Interval(center: center, radius: norms.repeatedBatch(center.shape[0])))
    }
  }

  /// ‖W_i ∘ s‖ in the dual norm, [1, out]: the rows of a 1×1 convolution on one pixel.
  private func rowNorms(_ ball: NormBall) -> Tensor {
    let (out, columns) = (weight.shape[0], weight.shape[1])
    let channels = ball.scale.scalars
    let scale = Tensor(shape: [columns], (0..<columns).map { channels[$0 % channels.count] })
    return convolutionRowNorms(
      weight.reshaped([out, columns, 1, 1]), scale: scale, imageShape: [1, 1, columns],
      ConvolutionGeometry(), dual: ball.dual
    ).reshaped([1, out])
  }

  public func pullBack(_ form: LinearForm, through place: LayerPlace) -> LinearForm {
    // The constant first: its gradient is then added to that of the coefficients, in place.
    let constant = form.constant + formBias(form.coefficients, bias)
    return LinearForm(coefficients: matrixProduct(form.coefficients, weight), constant: constant)
  }

  public func unitForm(of outputs: [Int], through place: LayerPlace) -> LinearForm {
    LinearForm(
      coefficients: selectedRows(weight, at: outputs)
        .reshaped([1, outputs.count, weight.shape[1]]),
      constant: selectedRows(bias, at: outputs).reshaped([1, outputs.count]))
  }

  public func linearMap(_ inputs: [Tensor]) -> Tensor { linear(inputs[0], weight: weight) }
}
