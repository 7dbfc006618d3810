import Tensors

/// Lower bounds of S specifications as linear functions of a layer's values h:
/// specification ≥ Λ·h + constant, for every h the region allows.
public struct LinearForm: Sendable {
  /// Λ, [batch, S, n]: n runs over the layer's scalars in memory order. A batch of 1 is shared by
  /// every example.
  public var coefficients: Tensor
  /// [batch, S].
  public var constant: Tensor

  public init(coefficients: Tensor, constant: Tensor) {
    precondition(
      coefficients.shape.count == 3 && constant.shape == Array(coefficients.shape.prefix(2)),
      "coefficients \(coefficients.shape) with constant \(constant.shape)")
    self.coefficients = coefficients
    self.constant = constant
  }

  /// One row for each of the given scalars, 1 there and 0 elsewhere; shared by all examples.
  package static func unit(_ scalars: [Int], size: Int) -> LinearForm {
    var rows = Tensor.zeros([1, scalars.count, size])
    rows.modify { values in
      for (row, scalar) in scalars.enumerated() { values[row * size + scalar] = 1 }
    }
    return LinearForm(coefficients: rows, constant: .zeros([1, scalars.count]))
  }

  package var batch: Int { coefficients.shape[0] }
  package var rows: Int { coefficients.shape[1] }

  /// Adds to the constant, copying a shared one for each example where needed.
  package func addingConstant(_ gain: Tensor) -> Tensor {
    constant.shape[0] == gain.shape[0]
      ? constant + gain
      : constant.repeatedBatch(gain.shape[0]) + gain
  }

  /// The least values over a region, [batch, S] (Hölder's inequality, with equality).
  public func lowerBounds(over region: Region) -> Tensor {
    let bounds: Tensor
    switch region {
    case .box(let box):
      bounds = concretized(
        coefficients, center: box.center.flattenedRows, radius: box.radius.flattenedRows)
    case .ball(let ball):
      bounds = lowerBounds(over: ball)
    }
    return addingConstant(bounds)
  }

  /// The least and the largest values of Λ·h over a region, without the constant, both [batch, S]:
  /// in one pass over the coefficients where the region is a box.
  func ends(over region: Region) -> (lower: Tensor, upper: Tensor) {
    switch region {
    case .box(let box):
      return concretizedEnds(
        coefficients, center: box.center.flattenedRows, radius: box.radius.flattenedRows)
    case .ball(let ball):
      let negated = LinearForm(coefficients: coefficients * -1, constant: constant)
      return (lowerBounds(over: ball), negated.lowerBounds(over: ball) * -1)
    }
  }

  /// Λ·c − ε‖Λ∘s‖, without the constant.
  private func lowerBounds(over ball: NormBall) -> Tensor {
    let center = ball.center.flattenedRows
    if ball.scale.scalars.allSatisfy({ $0 == 1 }) {
      return concretized(coefficients, center: center, epsilon: ball.epsilon, dual: ball.dual)
    }
    let channels = ball.scale.count
    let scaled = channelAffine(
      coefficients.reshaped([coefficients.count / channels, channels]), scale: ball.scale,
      shift: nil
    ).reshaped(coefficients.shape)
    return concretized(coefficients, center: center, epsilon: 0, dual: ball.dual)
      + concretized(scaled, center: .zeros(center.shape), epsilon: ball.epsilon, dual: ball.dual)
  }
}

extension Tensor {
  /// [batch, …] as [batch, n].
  package var flattenedRows: Tensor {
    reshaped([shape[0], shape.dropFirst().reduce(1, *)])
  }

  /// [1, …] repeated, or itself.
  package func repeatedBatch(_ batch: Int) -> Tensor { shape[0] == batch ? self : repeated(batch) }
}
