import CKernels

/// Lower bounds of linear forms Λ·x over a set of x: [batch, rows, n] → [batch, rows].
///
/// Sums are in Float, in an order that the instruction set fixes. In real arithmetic they are the
/// exact minimum; rounding is not accounted for.
enum ConcretizationKernel {
  /// Returns the least values over the box of centre c and radius r: Λ·c − |Λ|·r.
  static func box(_ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray) -> DeviceArray
  {
    let size = LinearFormKernel.Extents(form, batch: center.shape[0])
    let out = result([size.batch, size.rows])
    let (source, cs, rs) = (form.pointer, center.pointer, radius.pointer)
    size.forEachRow { example, row in
      let from = source + example * size.formStride + row * size.n
      let (c, r) = (cs + example * size.n, rs + example * size.n)
      out.pointer[example * size.rows + row] = ck_concretize(from, c, r, size.n)
    }
    keepAlive(form, center, radius)
    return out.array
  }

  /// Returns the gradient of the form, g·(c − sign(Λ)·r): the point of the box at which the form is
  /// least, times g.
  static func boxFormGradient(
    _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray, _ gradient: DeviceArray
  ) -> DeviceArray {
    let size = LinearFormKernel.Extents(form, batch: center.shape[0])
    precondition(form.shape[0] == size.batch, "a shared form has no gradient")
    let out = result(form.shape)
    let (source, cs, rs, g) = (form.pointer, center.pointer, radius.pointer, gradient.pointer)
    size.forEachRow { example, row in
      let offset = (example * size.rows + row) * size.n
      let (from, to) = (source + offset, out.pointer + offset)
      let (c, r) = (cs + example * size.n, rs + example * size.n)
      ck_concretize_form_gradient(from, c, r, g[example * size.rows + row], to, size.n)
    }
    keepAlive(form, center, radius, gradient)
    return out.array
  }

  /// Returns the gradients of centre and radius, summed over the rows of an example. One thread
  /// sums an example, so that the order is always the same.
  static func boxSetGradients(
    _ form: DeviceArray, _ gradient: DeviceArray, shape: [Int]
  ) -> (center: DeviceArray, radius: DeviceArray) {
    let g = gradient.pointer
    defer { keepAlive(gradient) }
    return LinearFormKernel.boxGradients(form, shape: shape) { from, index, dc, dr, n in
      ck_concretize_box_gradient(from, g[index], dc, dr, n)
    }
  }

  /// Returns the least values over the ball ‖x − c‖ ≤ ε: Λ·c − ε·‖Λ‖ in the dual norm.
  static func ball(_ form: DeviceArray, _ center: DeviceArray, epsilon: Float, dual: DualNorm)
    -> DeviceArray
  {
    let size = LinearFormKernel.Extents(form, batch: center.shape[0])
    let out = result([size.batch, size.rows])
    let (source, cs) = (form.pointer, center.pointer)
    size.forEachRow { example, row in
      let from = source + example * size.formStride + row * size.n
      let c = cs + example * size.n
      out.pointer[example * size.rows + row] =
        ck_dot(from, c, size.n) - epsilon * dual.norm(from, size.n)
    }
    keepAlive(form, center)
    return out.array
  }

  /// Returns the gradient of the form, g·(c − ε·∂‖Λ‖/∂Λ).
  static func ballFormGradient(
    _ form: DeviceArray, _ center: DeviceArray, epsilon: Float, dual: DualNorm,
    _ gradient: DeviceArray
  ) -> DeviceArray {
    let size = LinearFormKernel.Extents(form, batch: center.shape[0])
    precondition(form.shape[0] == size.batch, "a shared form has no gradient")
    let out = result(form.shape)
    let (source, cs, g) = (form.pointer, center.pointer, gradient.pointer)
    size.forEachRow { example, row in
      let offset = (example * size.rows + row) * size.n
      let (from, to) = (source + offset, out.pointer + offset)
      let c = cs + example * size.n
      let scale = g[example * size.rows + row]
      for i in 0..<size.n { to[i] = scale * c[i] }
      dual.addGradient(from, size.n, times: -scale * epsilon, to: to)
    }
    keepAlive(form, center, gradient)
    return out.array
  }
}

extension DualNorm {
  /// Returns the norm of a vector. NaN stays in both cases: for the maximum norm an element that is
  /// NaN is taken whatever it is compared with, and no number is larger than NaN afterwards.
  func norm(_ x: UnsafePointer<Float>, _ n: Int) -> Float {
    switch self {
    case .two:
      let square = ck_dot(x, x, n)
      // Squares of numbers below 1e-19 are subnormal in Float and those below 1e-23 vanish, so a
      // norm could come out too small, and a bound too high. A sum of 1e-24 is far above what
      // vanished terms add up to; below it the sum is taken again in Double, where no square of a
      // Float vanishes.
      guard square < 1e-24 else { return square.squareRoot() }
      // Squares may have vanished.
      return Float((0..<n).reduce(0.0) { $0 + Double(x[$1]) * Double(x[$1]) }.squareRoot())
    case .infinity:
      var sum: Float = 0
      for i in 0..<n where x[i].magnitude > sum || x[i].isNaN { sum = x[i].magnitude }
      return sum
    }
  }

  /// Adds factor · ∂‖x‖/∂x to `out`; at a tie of the maximum the first element takes it all. At the
  /// zero vector it adds nothing.
  func addGradient(
    _ x: UnsafePointer<Float>, _ n: Int, times factor: Float, to out: UnsafeMutablePointer<Float>
  ) {
    let norm = norm(x, n)
    guard norm > 0 else { return }
    switch self {
    case .two:
      for i in 0..<n { out[i] += factor / norm * x[i] }
    case .infinity:
      for i in 0..<n where x[i].magnitude == norm {
        out[i] += x[i] > 0 ? factor : -factor
        return
      }
    }
  }
}
