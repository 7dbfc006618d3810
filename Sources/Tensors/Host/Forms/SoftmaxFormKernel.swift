import Relaxations

/// Replaces softmax, or its logarithm, by planes in linear forms.
///
/// Sums run in Double. A coefficient is then rounded to Float, and the constant lowered by what
/// that can cost on the box: |rounded − exact| times the largest magnitude of the logit.
enum SoftmaxFormKernel {
  /// Returns the forms over the logits and what their constants gain.
  static func forward(
    _ scale: SoftmaxScale, _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray
  ) -> (form: DeviceArray, constant: DeviceArray) {
    let size = LinearFormKernel.Extents(form, batch: center.shape[0])
    let (out, constant) = (
      result([size.batch, size.rows, size.n]), result([size.batch, size.rows])
    )
    forEachRow(scale, form, center, radius) { row, coefficients, planes in
      let pulled = planes.pulled(coefficients)
      let target = out.pointer + row * size.n
      for i in 0..<size.n { target[i] = Float(pulled.slopes[i]) }
      constant.pointer[row] = planes.loweredConstant(pulled, coefficients) { Double(target[$0]) }
    }
    return (out.array, constant.array)
  }

  /// Returns the gradient of the form. The planes are constants, and so is what rounding costs.
  static func backward(
    _ scale: SoftmaxScale, _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray,
    formGradient: DeviceArray, constantGradient: DeviceArray
  ) -> DeviceArray {
    let size = LinearFormKernel.Extents(form, batch: center.shape[0])
    let out = result([size.batch, size.rows, size.n])
    let (gf, gc) = (formGradient.pointer, constantGradient.pointer)
    forEachRow(scale, form, center, radius) { row, coefficients, planes in
      let gradient = (0..<size.n).map { Double(gf[row * size.n + $0]) }
      let pulled = planes.pulledGradient(coefficients, gradient, Double(gc[row]))
      for i in 0..<size.n { out.pointer[row * size.n + i] = Float(pulled[i]) }
    }
    keepAlive(formGradient, constantGradient)
    return out.array
  }

  /// Runs `body` with each row of each example, its coefficients and the example's planes. Planes
  /// that no row of the example needs are not computed.
  private static func forEachRow(
    _ scale: SoftmaxScale, _ form: DeviceArray, _ center: DeviceArray, _ radius: DeviceArray,
    _ body: (_ row: Int, _ coefficients: [Double], _ planes: FormPlanes) -> Void
  ) {
    let size = LinearFormKernel.Extents(form, batch: center.shape[0])
    let source = form.pointer
    parallelRanges(size.batch, work: 64 * size.batch * size.rows * size.n) { range in
      for example in range {
        let start = source + example * size.formStride
        let needed = (0..<size.n).map { i in
          let column = (0..<size.rows).map { start[$0 * size.n + i] }
          return (lower: column.contains { !($0 <= 0) }, upper: column.contains { $0 < 0 })
        }
        let planes = FormPlanes(scale, LogitBox(center, radius, example), needed)
        for row in 0..<size.rows {
          let coefficients = (0..<size.n).map { Double(start[row * size.n + $0]) }
          body(example * size.rows + row, coefficients, planes)
        }
      }
    }
    keepAlive(form, center, radius)
  }
}

/// The planes of one example that its forms need.
private struct FormPlanes {
  /// The planes of either scale.
  private enum Kind {
    /// The planes below and above each element; nil where no form needs it.
    case probability(lower: [Plane?], upper: [Plane?])
    /// The planes around log Σ exp, which all elements share.
    case logarithm(LogSumExpPlanes)
  }

  /// Which scale, with its planes.
  private let kind: Kind
  /// The box that the planes hold on, which rounding is measured by.
  private let box: LogitBox

  /// Computes planes on a box of logits.
  ///
  /// - Parameter needed: For each element, whether any row has a positive coefficient for it, and
  ///   whether any has a negative one. NaN counts as positive.
  init(_ scale: SoftmaxScale, _ box: LogitBox, _ needed: [(lower: Bool, upper: Bool)]) {
    self.box = box
    switch scale {
    case .logarithm: kind = .logarithm(LogSumExpPlanes(box))
    case .probability:
      let planes = SoftmaxPlanes(box)
      kind = .probability(
        lower: needed.indices.map { needed[$0].lower ? planes.lower($0) : nil },
        upper: needed.indices.map { needed[$0].upper ? planes.upper($0) : nil })
    }
  }

  /// Returns a form over the softmax as one over the logits: Σ Λ_i·plane_i, or Λ·z − (Σ Λ)·plane of
  /// log Σ exp, which is exact where Σ Λ is 0, as for differences of two outputs.
  func pulled(_ coefficients: [Double]) -> Plane {
    switch kind {
    case .probability(let lower, let upper):
      var result = Plane(constant: 0, count: coefficients.count)
      for (i, x) in coefficients.enumerated() where x != 0 {
        result.add((x < 0 ? upper : lower)[i]!, times: x)
      }
      return result
    case .logarithm(let planes):
      var result = Plane(constant: 0, count: coefficients.count)
      result.slopes = coefficients
      let sum = coefficients.reduce(0, +)
      if sum != 0 { result.add(sum < 0 ? planes.lower : planes.upper, times: -sum) }
      return result
    }
  }

  /// Returns how the pulled form changes with each coefficient, given what it is worth.
  ///
  /// - Parameters:
  ///   - slopes: The gradient of the pulled form's coefficients.
  ///   - constant: The gradient of its constant.
  func pulledGradient(
    _ coefficients: [Double], _ slopes: [Double], _ constant: Double
  ) -> [Double] {
    func worth(_ plane: Plane) -> Double {
      zip(plane.slopes, slopes).reduce(plane.intercept * constant) { $0 + $1.0 * $1.1 }
    }
    switch kind {
    case .probability(let lower, let upper):
      return coefficients.enumerated().map { i, x in
        x == 0 ? 0 : worth((x < 0 ? upper : lower)[i]!)
      }
    case .logarithm(let planes):
      let shared = worth(coefficients.reduce(0, +) < 0 ? planes.lower : planes.upper)
      return slopes.map { $0 - shared }
    }
  }

  /// Returns the constant of a pulled form, lower by what rounding of its coefficients and of these
  /// sums can cost on the box. It is NaN where the box is not finite.
  ///
  /// - Parameter rounded: The coefficient at a place, as it was stored.
  func loweredConstant(
    _ pulled: Plane, _ coefficients: [Double], rounded: (Int) -> Double
  ) -> Float {
    guard box.isFinite else { return .nan }
    var (cost, size) = (0.0, abs(pulled.intercept))
    for (i, magnitude) in box.magnitudes.enumerated() {
      cost += abs(rounded(i) - pulled.slopes[i]) * magnitude
      size += abs(pulled.slopes[i]) * magnitude
    }
    let scale = coefficients.reduce(0) { $0 + abs($1) }
    // `cost` covers the coefficients' rounding to Float: a coefficient that is off by d moves the
    // form by at most d·|z|. The last term covers the errors of the sums in Double, which grow with
    // the sizes of their terms. The constant is then rounded down.
    let exact = pulled.intercept - cost - (size + scale) * box.slack
    return Double(Float(exact)) > exact ? Float(exact).nextDown : Float(exact)
  }
}

extension Plane {
  /// Adds a multiple of another plane.
  fileprivate mutating func add(_ plane: Plane, times factor: Double) {
    intercept += factor * plane.intercept
    for i in slopes.indices { slopes[i] += factor * plane.slopes[i] }
  }
}
