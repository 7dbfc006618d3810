import CKernels

/// |x|, elementwise; its derivative at 0 is 0.
public func absolute(_ x: Tensor) -> Tensor {
  recordedTerms(ElementwiseKernel.unary(x, ck_absolute), from: [x]) { gradient in
    [
      .addition(
        make: { ElementwiseKernel.binary(x, gradient, ck_absolute_gradient) },
        add: { $0.accumulate(gradient, signedBy: x) })
    ]
  }
}

/// max(x, 0), elementwise; its derivative at 0 is 0.
public func relu(_ x: Tensor) -> Tensor {
  recorded(ElementwiseKernel.unary(x, ck_relu), from: [x]) { gradient in
    [ElementwiseKernel.binary(x, gradient, ck_relu_gradient)]
  }
}

extension Tensor {
  /// Sum of two tensors of the same shape.
  public static func + (a: Tensor, b: Tensor) -> Tensor {
    recorded(ElementwiseKernel.zip(a, b) { $0 + $1 }, from: [a, b]) { [$0, $0] }
  }

  /// Difference of two tensors of the same shape.
  public static func - (a: Tensor, b: Tensor) -> Tensor {
    recorded(ElementwiseKernel.zip(a, b) { $0 - $1 }, from: [a, b]) { [$0, $0 * -1] }
  }

  /// Product, element by element, of two tensors of the same shape.
  public static func * (a: Tensor, b: Tensor) -> Tensor {
    recorded(ElementwiseKernel.zip(a, b) { $0 * $1 }, from: [a, b]) { gradient in
      [
        a.isTracked ? ElementwiseKernel.zip(gradient, b) { $0 * $1 } : nil,
        b.isTracked ? ElementwiseKernel.zip(gradient, a) { $0 * $1 } : nil,
      ]
    }
  }

  /// Product with a number.
  public static func * (a: Tensor, factor: Float) -> Tensor {
    recorded(ElementwiseKernel.map(a) { $0 * factor }, from: [a]) { [$0 * factor] }
  }

  /// Product, element by element, with a constant of the same shape.
  public func scaled(by constant: Tensor) -> Tensor {
    recorded(ElementwiseKernel.zip(self, constant) { $0 * $1 }, from: [self]) { gradient in
      [ElementwiseKernel.zip(gradient, constant) { $0 * $1 }]
    }
  }

  /// The same scalars under another shape.
  public func reshaped(_ shape: [Int]) -> Tensor {
    let original = self.shape
    return recorded(viewed(as: shape), from: [self]) { [$0.viewed(as: original)] }
  }

  /// A tensor [1, …] copied `count` times along the first axis.
  public func repeated(_ count: Int) -> Tensor {
    precondition(shape.first == 1, "only a first axis of extent 1 can be repeated")
    let shape = self.shape
    let copies = rows(at: [Int](repeating: 0, count: count))
    return recorded(copies, from: [self]) { gradient in
      let rows = gradient.viewed(as: [count, Tensor.count(of: shape)])
      return [MatrixKernel.columnSums(rows).viewed(as: shape)]
    }
  }

  /// The sum of all elements, as a scalar.
  public func sum() -> Tensor {
    let total = withUnsafeScalars { $0.reduce(0.0) { $0 + Double($1) } }
    let shape = self.shape
    return recorded(Tensor(shape: [], repeating: Float(total)), from: [self]) { gradient in
      [Tensor(shape: shape, repeating: gradient.scalar)]
    }
  }
}

/// 1/√(x + offset), elementwise.
public func inverseSquareRoot(_ x: Tensor, plus offset: Float) -> Tensor {
  let output = ElementwiseKernel.map(x) { 1 / ($0 + offset).squareRoot() }
  return recorded(output, from: [x]) { gradient in
    [ElementwiseKernel.zip(output, gradient) { -0.5 * $0 * $0 * $0 * $1 }]
  }
}
