import Tensors

/// Lower bounds of S specifications as affine functions of a layer's values h:
///
///     specification ≥ Λ·h + constant   for every h that the region allows.
///
/// This is the object that CROWN (Zhang et al. 2018) carries backwards. It begins as the
/// specification itself, C·z + offset over the outputs. Each layer turns a form over its output
/// into one over its inputs (``BoundedLayer/pullBack(_:through:)``), and over the input set it is
/// made a number (``lowerBounds(over:)``). An upper bound is the negative of a lower bound of the
/// negated rows.
///
/// Every example has its own rows, since the lines of undecided neurons differ between examples; a
/// form that all examples share has a batch of 1 until the first such line. Batch comes first, so
/// that an example's lines are read once for all its rows.
public struct LinearForm: Sendable {
  /// Λ, [batch, S, n]: n runs over the layer's scalars in memory order. A batch of 1 is shared by
  /// every example.
  public var coefficients: Tensor
  /// The constants of the rows, [batch, S], with the batch of the coefficients.
  public var constant: Tensor

  /// Makes a form of coefficients and constants.
  ///
  /// - Parameters:
  ///   - coefficients: [batch, S, n].
  ///   - constant: [batch, S].
  /// - Precondition: The shapes fit.
  public init(coefficients: Tensor, constant: Tensor) {
    precondition(
      coefficients.shape.count == 3 && constant.shape == Array(coefficients.shape.prefix(2)),
      "coefficients \(coefficients.shape) with constant \(constant.shape)")
    self.coefficients = coefficients
    self.constant = constant
  }

  /// Makes one row for each of the given scalars, 1 there and 0 elsewhere, whose bounds are those
  /// of the scalars themselves.
  ///
  /// - Parameters:
  ///   - scalars: Places in the value, in memory order.
  ///   - size: The scalars of the value.
  /// - Returns: A form with coefficients [1, scalars.count, size], shared by all examples.
  package static func unit(_ scalars: [Int], size: Int) -> LinearForm {
    var rows = Tensor.zeros([1, scalars.count, size])
    rows.modify { values in
      for (row, scalar) in scalars.enumerated() { values[row * size + scalar] = 1 }
    }
    return LinearForm(coefficients: rows, constant: .zeros([1, scalars.count]))
  }

  /// The number of examples, or 1 for a form that all of them share.
  package var batch: Int { coefficients.shape[0] }
  /// S, the number of specifications.
  package var rows: Int { coefficients.shape[1] }

  /// Adds a gain to the constant, copying a shared one for each example where needed.
  ///
  /// - Parameter gain: [batch, S].
  /// - Returns: The new constant, [batch, S].
  package func addingConstant(_ gain: Tensor) -> Tensor {
    constant.shape[0] == gain.shape[0]
      ? constant + gain
      : constant.repeatedBatch(gain.shape[0]) + gain
  }

  /// Returns the least values of the form over a region, "concretises" it: [batch, S].
  ///
  ///     box:   min Λ·h = Λ·c − |Λ|·r
  ///     ball:  min Λ·h = Λ·c − ε·‖Λ∘s‖_q,  1/p + 1/q = 1
  ///
  /// By Hölder's inequality nothing in the region is below, and some point of it attains the value,
  /// so that nothing is lost in this step.
  ///
  /// - Parameter region: Sets of the values that the form is over, one for each example.
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

  /// Returns at most the least values of Λ·h over a region, in spite of rounding: [batch, S].
  ///
  /// - Parameter coefficients: Λ, [batch or 1, S, n].
  static func outwardGain(_ coefficients: Tensor, over region: Region) -> Tensor {
    switch region {
    case .box(let box):
      return outwardBounds(
        coefficients, center: box.center.flattenedRows, radius: box.radius.flattenedRows)
    case .ball(let ball):
      let center = ball.center.flattenedRows
      let slack = ball.slack?.flattenedRows ?? .zeros(center.shape)
      let atCenter = outwardBounds(coefficients, center: center, radius: slack)
      return outwardSum(
        atCenter,
        outwardBounds(
          scaled(coefficients, by: ball), epsilon: ball.epsilon * (1 + 0x1p-21), dual: ball.dual))
    }
  }

  /// Multiplies coefficients by the factor of each one's channel.
  private static func scaled(_ coefficients: Tensor, by ball: NormBall) -> Tensor {
    guard !ball.scale.scalars.allSatisfy({ $0 == 1 }) else { return coefficients }
    let channels = ball.scale.count
    return channelAffine(
      coefficients.reshaped([coefficients.count / channels, channels]), scale: ball.scale,
      shift: nil
    ).reshaped(coefficients.shape)
  }

  /// Returns the least and the largest values of Λ·h over a region, without the constant, both
  /// [batch, S]: in one pass over the coefficients where the region is a box.
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

  /// Returns Λ·c − ε·‖Λ∘s‖_q, without the constant.
  ///
  /// The norm is of the scaled coefficients and the first term of the unscaled ones, so a ball with
  /// a scale takes two passes; most have none.
  private func lowerBounds(over ball: NormBall) -> Tensor {
    let center = ball.center.flattenedRows
    if ball.scale.scalars.allSatisfy({ $0 == 1 }) {
      return concretized(coefficients, center: center, epsilon: ball.epsilon, dual: ball.dual)
    }
    let scaled = Self.scaled(coefficients, by: ball)
    return concretized(coefficients, center: center, epsilon: 0, dual: ball.dual)
      + concretized(scaled, center: .zeros(center.shape), epsilon: ball.epsilon, dual: ball.dual)
  }
}

extension Tensor {
  /// The scalars of each example as one row: [batch, …] as [batch, n].
  package var flattenedRows: Tensor {
    reshaped([shape[0], shape.dropFirst().reduce(1, *)])
  }

  /// Copies what all examples share, [1, …], for each of them; what has the batch already stays.
  package func repeatedBatch(_ batch: Int) -> Tensor { shape[0] == batch ? self : repeated(batch) }
}
