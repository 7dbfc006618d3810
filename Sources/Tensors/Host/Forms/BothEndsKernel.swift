import CKernels

/// Lower and upper bounds of linear forms Λ·x over boxes in one pass over the coefficients, which
/// are what takes memory: [batch, rows, n] → twice [batch, rows].
enum BothEndsKernel {
  /// Returns Λ·c − |Λ|·r and Λ·c + |Λ|·r.
  static func forward(
    _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray
  ) -> (lower: DeviceArray, upper: DeviceArray) {
    let size = LinearFormKernel.Extents(form, batch: center.shape[0])
    let (lower, upper) = (result([size.batch, size.rows]), result([size.batch, size.rows]))
    let (source, cs, rs) = (form.pointer, center.pointer, radius.pointer)
    size.forEachRow { example, row in
      let from = source + example * size.formStride + row * size.n
      let (c, r) = (cs + example * size.n, rs + example * size.n)
      let index = example * size.rows + row
      ck_concretize_ends(from, c, r, lower.pointer + index, upper.pointer + index, size.n)
    }
    keepAlive(form, center, radius)
    return (lower.array, upper.array)
  }

  /// Returns the gradient of the form from those of both ends, g_l·(c − sign(Λ)·r) + g_u·(c +
  /// sign(Λ)·r).
  static func formGradient(
    _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray, lower: DeviceArray,
    upper: DeviceArray
  ) -> DeviceArray {
    let size = LinearFormKernel.Extents(form, batch: center.shape[0])
    precondition(form.shape[0] == size.batch, "a shared form has no gradient")
    let out = result(form.shape)
    let (source, cs, rs) = (form.pointer, center.pointer, radius.pointer)
    let (gl, gu) = (lower.pointer, upper.pointer)
    size.forEachRow { example, row in
      let index = example * size.rows + row
      let offset = index * size.n
      let (c, r) = (cs + example * size.n, rs + example * size.n)
      ck_concretize_ends_form_gradient(
        source + offset, c, r, gl[index], gu[index], out.pointer + offset, size.n)
    }
    keepAlive(form, center, radius, lower, upper)
    return out.array
  }

  /// Returns the gradients of centre and radius, summed over the rows of an example: Σ (g_l +
  /// g_u)·Λ and Σ (g_u − g_l)·|Λ|.
  static func boxGradients(
    _ form: DeviceArray, lower: DeviceArray, upper: DeviceArray, shape: [Int]
  ) -> (center: DeviceArray, radius: DeviceArray) {
    let (gl, gu) = (lower.pointer, upper.pointer)
    defer { keepAlive(lower, upper) }
    return LinearFormKernel.boxGradients(form, shape: shape) { from, index, dc, dr, n in
      ck_concretize_ends_box_gradient(from, gl[index], gu[index], dc, dr, n)
    }
  }
}
