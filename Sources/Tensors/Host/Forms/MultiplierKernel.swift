/// Multiples of single scalars added to linear forms (``FormKernels/multiplied(_:by:weights:at:)``).
enum MultiplierKernel {
  /// Returns the forms, and what their constants gain.
  static func forward(
    _ form: DeviceArray, _ multipliers: DeviceArray, _ weights: DeviceArray,
    _ places: MultiplierPlaces
  ) -> (form: DeviceArray, constant: DeviceArray) {
    let size = LinearFormKernel.Extents(form, batch: places.batch)
    let (out, constant) = (
      result([size.batch, size.rows, size.n]), result([size.batch, size.rows])
    )
    let (source, values, factors) = (form.pointer, multipliers.pointer, weights.pointer)
    size.forEachRow { example, row in
      let i = example * size.rows + row
      let to = out.pointer + i * size.n
      to.update(from: source + example * size.formStride + row * size.n, count: size.n)
      var gain = Gain()
      for place in 0..<places.count {
        let scalar = Int(places.scalars[example * places.count + place])
        guard scalar >= 0 else { continue }
        let (j, old) = (i * places.count + place, to[scalar])
        to[scalar] = old + factors[j] * values[j]
        let point = places.points[example * places.count + place]
        if point != 0 { gain.add(Double(old) - Double(to[scalar]), times: Double(point)) }
      }
      constant.pointer[i] = gain.roundedDown
    }
    keepAlive(form, multipliers, weights)
    return (out.array, constant.array)
  }

  /// A sum of products in Double with a bound of its error.
  private struct Gain {
    private var sum = 0.0
    private var magnitudes = 0.0

    mutating func add(_ difference: Double, times point: Double) {
      sum += difference * point
      magnitudes += abs(difference * point)
    }

    /// At most the sum. A difference, a product and each addition err by 2⁻⁵³ of their size, and
    /// there are fewer than 2²⁰ terms.
    var roundedDown: Float {
      magnitudes == 0 ? 0 : Float(roundedDown: sum - magnitudes * 0x1p-32)
    }
  }

  /// Returns the gradient of the multipliers: the weight times the form's gradient at the scalar,
  /// less the constant's times the point.
  static func gradient(
    _ weights: DeviceArray, _ places: MultiplierPlaces, formGradient: DeviceArray,
    constantGradient: DeviceArray
  ) -> DeviceArray {
    let size = LinearFormKernel.Extents(formGradient, batch: places.batch)
    let out = result(weights.shape)
    let (gf, gc, factors) = (formGradient.pointer, constantGradient.pointer, weights.pointer)
    size.forEachRow { example, row in
      let i = example * size.rows + row
      for place in 0..<places.count {
        let at = example * places.count + place
        let scalar = Int(places.scalars[at])
        out.pointer[i * places.count + place] =
          scalar < 0
          ? 0
          : factors[i * places.count + place]
            * (gf[i * size.n + scalar] - gc[i] * places.points[at])
      }
    }
    keepAlive(weights, formGradient, constantGradient)
    return out.array
  }
}
