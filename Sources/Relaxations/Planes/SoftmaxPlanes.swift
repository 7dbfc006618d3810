import RealModule

/// Planes around a softmax on a box: of several that hold, the nearest in the middle.
///
/// - Through the logarithm: exp(z_i − LSE(z)) with a plane for LSE is an exponential of an affine
///   function, with a tangent below and a chord above.
/// - Through the reciprocal: 1/q with q = Σ exp(z_j − z_i). Below, q is replaced by chords, and the
///   reciprocal by its tangent; above, the reciprocal by its chord, and q by tangents.
///
/// (Wei et al. 2023, "Convex bounds on the softmax function", made linear at the centre.)
package struct SoftmaxPlanes {
  private let box: LogitBox
  private let center: [Double]
  private let logarithms: (lower: [Double], upper: [Double])
  private let logSum: LogSumExpPlanes

  package init(_ box: LogitBox) {
    self.box = box
    center = box.center
    logarithms = box.logarithms
    logSum = LogSumExpPlanes(box)
  }

  /// A plane below the softmax of an element.
  package func lower(_ i: Int) -> Plane {
    let constant = Plane(constant: .exp(logarithms.lower[i]), count: box.count)
    return [constant, tangentOfExponential(i), tangentOfReciprocal(i)].filter(\.isFinite)
      .max { $0.value(at: center) < $1.value(at: center) } ?? constant
  }

  /// A plane above it.
  package func upper(_ i: Int) -> Plane {
    let constant = Plane(constant: .exp(logarithms.upper[i]), count: box.count)
    return [constant, chordOfExponential(i), chordOfReciprocal(i)].filter(\.isFinite)
      .min { $0.value(at: center) < $1.value(at: center) } ?? constant
  }

  /// z_i minus a plane.
  private func difference(_ i: Int, _ plane: Plane) -> Plane {
    var result = plane
    result.slopes = plane.slopes.map(-)
    result.intercept = -plane.intercept
    result.slopes[i] += 1
    return result
  }

  private func tangentOfExponential(_ i: Int) -> Plane {
    let exponent = difference(i, logSum.upper)
    let value = Double.exp(exponent.value(at: center))
    return Plane(slopes: exponent.slopes.map { value * $0 }, value: value, at: center)
  }

  private func chordOfExponential(_ i: Int) -> Plane {
    let exponent = difference(i, logSum.lower)
    let range = exponent.range(on: box)
    let slope = ExponentialChord(range.lower, range.upper).slope
    let value = .exp(range.lower) + slope * (exponent.value(at: center) - range.lower)
    return Plane(slopes: exponent.slopes.map { slope * $0 }, value: value, at: center)
  }

  private func tangentOfReciprocal(_ i: Int) -> Plane {
    let chords = center.indices.map { j in
      j == i
        ? nil : ExponentialChord(box.lower[j] - box.upper[i], box.upper[j] - box.lower[i])
    }
    let sum = chords.reduce(1) { $0 + ($1?.valueInTheMiddle ?? 0) }
    var slopes = chords.map { -($0?.slope ?? 0) / (sum * sum) }
    slopes[i] = -slopes.reduce(0, +)
    return Plane(slopes: slopes, value: 1 / sum, at: center)
  }

  private func chordOfReciprocal(_ i: Int) -> Plane {
    // 1/q at the largest and at the least q.
    let (low, high) = (Double.exp(logarithms.lower[i]), Double.exp(logarithms.upper[i]))
    let terms = center.indices.map { $0 == i ? 0 : Double.exp(center[$0] - center[i]) }
    var slopes = terms.map { -$0 * low * high }
    slopes[i] = -slopes.reduce(0, +)
    let value = low + high - (1 + terms.reduce(0, +)) * low * high
    return Plane(slopes: slopes, value: value, at: center)
  }
}
