import Relaxations

/// Replaces a function by lines in linear forms, where each row chooses its lines by itself from
/// those of the function's hull (``Hull``).
///
/// A hull is expensive, and all rows of an example need the same one. So the loop over neurons is
/// outside and that over rows inside, although coefficients of a row are neighbours in memory.
enum FreeActivationFormKernel {
  /// Returns the forms over the function's input and what their constants gain.
  ///
  /// - Parameter alpha: [batch, rows, n] in [0, 1].
  /// - Returns: Λ · slope and Σ Λ · intercept, of the lower line where Λ ≥ 0, else of the upper.
  static func forward(
    _ f: some ScalarFunction, _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray,
    _ alpha: DeviceArray
  ) -> (form: DeviceArray, constant: DeviceArray) {
    let size = LinearFormKernel.Extents(form, batch: center.shape[0])
    let out = result([size.batch, size.rows, size.n])
    let constant = result([size.batch, size.rows])
    let (source, positions) = (form.pointer, alpha.pointer)
    parallelRanges(size.batch, work: 64 * out.array.count) { range in
      for example in range {
        let first = example * size.rows
        (constant.pointer + first).update(repeating: 0, count: size.rows)
        forEachNeuron(f, center, radius, example, size.n) { neuron, hull in
          for row in 0..<size.rows {
            let i = (first + row) * size.n + neuron
            let x = source[example * size.formStride + row * size.n + neuron]
            let line = f.line(Side(of: x), of: hull, at: Double(positions[i])).line
            out.pointer[i] = x * Float(line.slope)
            constant.pointer[first + row] += x * line.outwardIntercept(for: x)
          }
        }
      }
    }
    keepAlive(form, alpha)
    return (out.array, constant.array)
  }

  /// Returns the gradients of form and alpha. The intercept of a line that touches the function at
  /// h changes by −h times what its slope does.
  static func backward(
    _ f: some ScalarFunction, _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray,
    _ alpha: DeviceArray,
    formGradient: DeviceArray, constantGradient: DeviceArray
  ) -> (form: DeviceArray, alpha: DeviceArray) {
    let size = LinearFormKernel.Extents(form, batch: center.shape[0])
    let (dForm, dAlpha) = (result(alpha.shape), result(alpha.shape))
    let (source, positions) = (form.pointer, alpha.pointer)
    let (gf, gc) = (formGradient.pointer, constantGradient.pointer)
    parallelRanges(size.batch, work: 64 * alpha.count) { range in
      for example in range {
        forEachNeuron(f, center, radius, example, size.n) { neuron, hull in
          for row in 0..<size.rows {
            let (r, i) = (example * size.rows + row, (example * size.rows + row) * size.n + neuron)
            let x = source[example * size.formStride + row * size.n + neuron]
            let chosen = f.line(Side(of: x), of: hull, at: Double(positions[i]))
            let (line, change) = (chosen.line, chosen.change)
            dForm.pointer[i] = gf[i] * Float(line.slope) + gc[r] * line.outwardIntercept(for: x)
            dAlpha.pointer[i] = x * Float(change) * (gf[i] - gc[r] * Float(line.contact))
          }
        }
      }
    }
    keepAlive(form, alpha, formGradient, constantGradient)
    return (dForm.array, dAlpha.array)
  }

  /// Calls `body` with the hull of each neuron of an example, whose boxes are [batch, n].
  private static func forEachNeuron(
    _ f: some ScalarFunction, _ center: DeviceArray, _ radius: DeviceArray, _ example: Int,
    _ n: Int,
    _ body: (_ neuron: Int, _ hull: Hull) -> Void
  ) {
    let (c, r) = (center.pointer + example * n, radius.pointer + example * n)
    for neuron in 0..<n {
      let (middle, half) = (Double(c[neuron]), Double(r[neuron]))
      body(neuron, f.hull(middle - half, middle + half))
    }
    keepAlive(center, radius)
  }
}

extension Side {
  /// The side on which a line has to lie for a coefficient, in a lower bound: above where the
  /// coefficient is negative. NaN counts as below and makes the result NaN.
  fileprivate init(of coefficient: Float) { self = coefficient < 0 ? .above : .below }
}

extension ActivationRelaxation.Line {
  /// Returns the intercept, rounded so that the line still holds on the side that the coefficient
  /// needs: up for a line above, down for one below.
  fileprivate func outwardIntercept(for coefficient: Float) -> Float {
    let nearest = Float(intercept)
    if coefficient < 0 { return Double(nearest) < intercept ? nearest.nextUp : nearest }
    return Double(nearest) > intercept ? nearest.nextDown : nearest
  }
}
