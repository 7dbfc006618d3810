/// Each row, a part along the first axis, times a number of its own: [rows, …], [rows] → [rows, …].
public func scaledRows(_ x: Tensor, by factors: Tensor) -> Tensor {
  recorded(RowScalingKernel.scaled(x, factors), from: [x, factors]) { gradient in
    [
      x.isTracked ? RowScalingKernel.scaled(gradient, factors) : nil,
      factors.isTracked ? RowScalingKernel.products(x, gradient) : nil,
    ]
  }
}
