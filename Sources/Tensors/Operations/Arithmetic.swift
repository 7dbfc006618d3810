/// |x|, elementwise; its derivative at 0 is 0.
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

/// max(x, 0), elementwise; its derivative at 0 is 0.
package func relu(_ x: Tensor) -> Tensor {
  let (kernels, array) = (x.device.elementwise, x.array)
  return recorded(kernels.map(.relu, array), from: [x]) { gradient in
    [kernels.zip(.reluGradient, array, gradient)]
  }
}

/// 1/√(x + offset), elementwise.
package func inverseSquareRoot(_ x: Tensor, plus offset: Float) -> Tensor {
  let kernels = x.device.elementwise
  let output = kernels.map(.inverseSquareRoot(plus: offset), x.array)
  return recorded(output, from: [x]) { [kernels.zip(.inverseSquareRootGradient, output, $0)] }
}

extension Tensor {
  /// Sum of two tensors of the same shape.
  public static func + (a: Tensor, b: Tensor) -> Tensor {
    recorded(zipped(.sum, a, b), from: [a, b]) { [$0, $0] }
  }

  /// Difference of two tensors of the same shape.
  public static func - (a: Tensor, b: Tensor) -> Tensor {
    recorded(zipped(.difference, a, b), from: [a, b]) { [$0, $0.times(-1)] }
  }

  /// Product, element by element, of two tensors of the same shape.
  public static func * (a: Tensor, b: Tensor) -> Tensor {
    let (kernels, x, y) = (a.device.elementwise, a.array, b.array)
    return recorded(zipped(.product, a, b), from: [a, b]) { gradient in
      [
        a.isTracked ? kernels.zip(.product, gradient, y) : nil,
        b.isTracked ? kernels.zip(.product, gradient, x) : nil,
      ]
    }
  }

  /// Product with a number.
  public static func * (a: Tensor, factor: Float) -> Tensor {
    recorded(a.array.times(factor), from: [a]) { [$0.times(factor)] }
  }

  /// Product, element by element, with a constant of the same shape; a tracked factor is refused.
  package func scaled(by constant: Tensor) -> Tensor {
    constant.requireConstant(in: "the argument of scaled(by:)")
    return self * constant
  }

  /// The larger of two numbers, elementwise; NaN where either is. Not differentiable.
  package func larger(_ other: Tensor) -> Tensor {
    requireConstant(in: "larger(_:)")
    other.requireConstant(in: "larger(_:)")
    return Tensor(Tensor.zipped(.larger, self, other))
  }

  /// −1, 0 or 1, elementwise. Not differentiable.
  package var signs: Tensor { Tensor(device.elementwise.map(.sign, constant(in: "signs"))) }

  /// Moves each number to the nearest one in [0, 1], NaN to 0. Not differentiable.
  package mutating func clampToUnitInterval() {
    requireConstant(in: "clampToUnitInterval()")
    device.elementwise.clampToUnitInterval(&array)
  }

  static func zipped(_ function: Elementwise.Binary, _ a: Tensor, _ b: Tensor) -> DeviceArray {
    precondition(a.count == b.count, "shapes \(a.shape) and \(b.shape) differ")
    return a.device.elementwise.zip(function, a.array, b.array)
  }
}
