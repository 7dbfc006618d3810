import CKernels

/// Weighted sums over the rows of linear forms, [batch, rows, n] with [batch, rows] → [batch, 1,
/// n].
enum RowCombinationKernel {
  /// Returns the sums. One thread sums an example's rows, in order.
  static func forward(_ form: DeviceArray, _ weights: DeviceArray) -> DeviceArray {
    let size = LinearFormKernel.Extents(form, batch: weights.shape[0])
    let out = Host.zeros([size.batch, 1, size.n])
    let to = UnsafeMutablePointer(mutating: out.pointer)
    let (source, w) = (form.pointer, weights.pointer)
    size.forEachExample { example in
      let sum = to + example * size.n
      for row in 0..<size.rows {
        let from = source + example * size.formStride + row * size.n
        ck_accumulate_scaled(w[example * size.rows + row], from, sum, size.n)
      }
    }
    keepAlive(form, weights)
    return out
  }

  /// Returns the gradient of the form: the combined row's gradient times each row's weight.
  static func formGradient(_ form: DeviceArray, _ weights: DeviceArray, _ gradient: DeviceArray)
    -> DeviceArray
  {
    let size = LinearFormKernel.Extents(form, batch: weights.shape[0])
    precondition(form.shape[0] == size.batch, "a shared form has no gradient")
    let out = result(form.shape)
    let (w, gs) = (weights.pointer, gradient.pointer)
    size.forEachRow { example, row in
      let (g, to) = (gs + example * size.n, out.pointer + (example * size.rows + row) * size.n)
      let weight = w[example * size.rows + row]
      for i in 0..<size.n { to[i] = weight * g[i] }
    }
    keepAlive(weights, gradient)
    return out.array
  }

  /// Returns the gradient of the weights: each row's scalar product with the combined row's
  /// gradient.
  static func weightGradient(_ form: DeviceArray, _ gradient: DeviceArray) -> DeviceArray {
    let size = LinearFormKernel.Extents(form, batch: gradient.shape[0])
    let out = result([size.batch, size.rows])
    let (source, gs) = (form.pointer, gradient.pointer)
    size.forEachRow { example, row in
      let from = source + example * size.formStride + row * size.n
      let g = gs + example * size.n
      out.pointer[example * size.rows + row] = ck_dot(from, g, size.n)
    }
    keepAlive(form, gradient)
    return out.array
  }
}
