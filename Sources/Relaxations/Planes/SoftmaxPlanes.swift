import RealModule

/// Planes around a softmax on a box: of several that hold, the nearest in the middle.
///
/// - Through the logarithm: exp(z_i − LSE(z)) with a plane for LSE is an exponential of an affine
///   function, with a tangent below and a chord above.
/// - Through the reciprocal: 1/q with q = Σ exp(z_j − z_i). Below, q is replaced by chords, and the
///   reciprocal by its tangent; above, the reciprocal by its chord, and q by tangents.
/// - A constant, the end of the box that holds the softmax, where others are not finite or are
///   worse.
///
/// (Wei et al. 2023, "Convex bounds on the softmax function", made linear at the centre.)
///
/// A softmax form's kernel makes one for each example and asks for the planes of the outputs whose
/// coefficients need them.
package struct SoftmaxPlanes {
  /// The box of the logits.
  private let box: LogitBox
  /// The middle of the box, where planes are compared and where they are tangents.
  private let center: [Double]
  /// Between what the logarithms of the outputs lie.
  private let logarithms: (lower: [Double], upper: [Double])
  /// Planes around LSE, the logarithm of the sum of exponentials.
  private let logSum: LogSumExpPlanes

  /// Prepares what the planes of all outputs share.
  package init(_ box: LogitBox) {
    self.box = box
    center = box.center
    logarithms = box.logarithms
    logSum = LogSumExpPlanes(box)
  }

  /// Returns a plane below the softmax of element i on the box.
  package func lower(_ i: Int) -> Plane {
    let constant = Plane(constant: .exp(logarithms.lower[i]), count: box.count)
    return [constant, tangentOfExponential(i), tangentOfReciprocal(i)].filter(\.isFinite)
      .max { $0.value(at: center) < $1.value(at: center) } ?? constant
  }

  /// Returns a plane above the softmax of element i on the box.
  package func upper(_ i: Int) -> Plane {
    let constant = Plane(constant: .exp(logarithms.upper[i]), count: box.count)
    return [constant, chordOfExponential(i), chordOfReciprocal(i)].filter(\.isFinite)
      .min { $0.value(at: center) < $1.value(at: center) } ?? constant
  }

  /// Returns the plane z_i minus a plane.
  private func difference(_ i: Int, _ plane: Plane) -> Plane {
    var result = plane
    result.slopes = plane.slopes.map(-)
    result.intercept = -plane.intercept
    result.slopes[i] += 1
    return result
  }

  /// Returns a plane below: softmax ≥ exp(z_i − upper plane of LSE), an exponential that lies above
  /// its tangent at the centre.
  private func tangentOfExponential(_ i: Int) -> Plane {
    let exponent = difference(i, logSum.upper)
    let value = Double.exp(exponent.value(at: center))
    return Plane(slopes: exponent.slopes.map { value * $0 }, value: value, at: center)
  }

  /// Returns a plane above: softmax ≤ exp(z_i − lower plane of LSE), an exponential that lies below
  /// its chord on the range of its exponent.
  private func chordOfExponential(_ i: Int) -> Plane {
    let exponent = difference(i, logSum.lower)
    let range = exponent.range(on: box)
    let slope = ExponentialChord(range.lower, range.upper).slope
    let value = .exp(range.lower) + slope * (exponent.value(at: center) - range.lower)
    return Plane(slopes: exponent.slopes.map { slope * $0 }, value: value, at: center)
  }

  /// Returns a plane below: q is at most a sum of chords, affine in z, and 1/q, which falls, lies
  /// above its tangent there.
  private func tangentOfReciprocal(_ i: Int) -> Plane {
    let chords = center.indices.map { j in
      j == i
        ? nil : ExponentialChord(box.lower[j] - box.upper[i], box.upper[j] - box.lower[i])
    }
    let sum = chords.reduce(1) { $0 + ($1?.valueInTheMiddle ?? 0) }
    var slopes = chords.map { -($0?.slope ?? 0) / (sum * sum) }
    // q depends on differences z_j − z_i only, so the slopes of a plane over it sum to 0.
    slopes[i] = -slopes.reduce(0, +)
    return Plane(slopes: slopes, value: 1 / sum, at: center)
  }

  /// Returns a plane above: 1/q lies below its chord on the range of q, which falls, and q, a
  /// convex function, lies above its tangent at the centre.
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
