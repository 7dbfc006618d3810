/// Returns |x|, elementwise; its derivative at 0 is 0. Interval bounds use it for |W| in |W|·r.
package func absolute(_ x: Tensor) -> Tensor {
  let (kernels, array) = (x.device.elementwise, x.array)
  return recordedTerms(kernels.map(.absolute, array), from: [x]) { gradient in
    [
      .addition(
        make: { kernels.zip(.absoluteGradient, array, gradient) },
        add: { kernels.accumulate(gradient, signedBy: array, to: &$0) })
    ]
  }
}

/// Returns max(x, 0), elementwise; its derivative at 0 is 0, and NaN stays.
package func relu(_ x: Tensor) -> Tensor {
  let (kernels, array) = (x.device.elementwise, x.array)
  return recorded(kernels.map(.relu, array), from: [x]) { gradient in
    [kernels.zip(.reluGradient, array, gradient)]
  }
}

/// Returns 1/√(x + offset), elementwise, as normalisation divides by standard deviations.
///
/// - Parameter offset: A constant that keeps the sum above 0.
package func inverseSquareRoot(_ x: Tensor, plus offset: Float) -> Tensor {
  let kernels = x.device.elementwise
  let output = kernels.map(.inverseSquareRoot(plus: offset), x.array)
  return recorded(output, from: [x]) { [kernels.zip(.inverseSquareRootGradient, output, $0)] }
}

extension Tensor {
  /// |x|, elementwise; its derivative at 0 is 0.
  public var magnitude: Tensor { absolute(self) }

  /// max(x, 0), elementwise; its derivative at 0 is 0, and NaN stays.
  public var rectified: Tensor { relu(self) }

  /// Returns the sum of two tensors of the same shape; nothing is broadcast.
  public static func + (a: Tensor, b: Tensor) -> Tensor {
    recorded(zipped(.sum, a, b), from: [a, b]) { [$0, $0] }
  }

  /// Returns the difference of two tensors of the same shape; nothing is broadcast.
  public static func - (a: Tensor, b: Tensor) -> Tensor {
    recorded(zipped(.difference, a, b), from: [a, b]) { [$0, $0.times(-1)] }
  }

  /// Returns the product, element by element, of two tensors of the same shape; nothing is
  /// broadcast. Where one factor is meant to be a constant, `scaled(by:)` checks it.
  public static func * (a: Tensor, b: Tensor) -> Tensor {
    let (kernels, x, y) = (a.device.elementwise, a.array, b.array)
    return recorded(zipped(.product, a, b), from: [a, b]) { gradient in
      [
        a.isTracked ? kernels.zip(.product, gradient, y) : nil,
        b.isTracked ? kernels.zip(.product, gradient, x) : nil,
      ]
    }
  }

  /// Returns the product of each scalar with a number.
  public static func * (a: Tensor, factor: Float) -> Tensor {
    recorded(a.array.times(factor), from: [a]) { [$0.times(factor)] }
  }

  /// Returns the product, element by element, with a constant of the same shape. A tracked factor
  /// is refused: where its gradient is wanted, write `*`.
  package func scaled(by constant: Tensor) -> Tensor {
    constant.requireConstant(in: "the argument of scaled(by:)")
    return self * constant
  }

  /// Returns the larger of two numbers, elementwise; NaN where either is. It is not differentiable.
  ///
  /// It keeps the best of several lower bounds, all of which hold.
  package func larger(_ other: Tensor) -> Tensor {
    requireConstant(in: "larger(_:)")
    other.requireConstant(in: "larger(_:)")
    return Tensor(Tensor.zipped(.larger, self, other))
  }

  /// The sign of each scalar, −1, 0 or 1; 0 for NaN. It is not differentiable, and a tracked tensor
  /// is refused.
  package var signs: Tensor { Tensor(device.elementwise.map(.sign, constant(in: "signs"))) }

  /// Moves each number to the nearest one in [0, 1], and NaN to 0, in place. It is not
  /// differentiable.
  package mutating func clampToUnitInterval() {
    requireConstant(in: "clampToUnitInterval()")
    device.elementwise.clampToUnitInterval(&array)
  }

  /// Applies a function to the scalars at the same places of two tensors, without recording it.
  ///
  /// - Precondition: Both have the same shape.
  static func zipped(_ function: Elementwise.Binary, _ a: Tensor, _ b: Tensor) -> DeviceArray {
    precondition(a.shape == b.shape, "shapes \(a.shape) and \(b.shape) differ")
    return a.device.elementwise.zip(function, a.array, b.array)
  }
}
