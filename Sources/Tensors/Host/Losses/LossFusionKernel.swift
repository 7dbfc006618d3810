import RealModule

/// The scalar kernels of loss fusion (Xu et al. 2020): a linear upper bound of Σ exp(−m) on an
/// interval of margins, and the logarithm of the bounded sum. All are per example, and in Double
/// inside.
enum LossFusionKernel {
  /// The chords of exp(−m − shift) on [lower, upper], written as intercept − weight·m, with the
  /// shift that keeps every exponential at most 1.
  struct Chord {
    /// [batch, rows], non-negative.
    var weight: DeviceArray
    /// [batch, 1]: Σ of the rows' intercepts.
    var intercept: DeviceArray
    /// [batch], max(0, −lower): a constant that cancels in the loss.
    var shift: [Double]
  }

  /// Returns the chords for intervals of margins, both ends [batch, rows].
  static func chord(_ lower: DeviceArray, _ upper: DeviceArray) -> Chord {
    let (batch, rows) = (lower.shape[0], lower.shape[1])
    let (weight, intercept) = (result(lower.shape), result([batch, 1]))
    let (l, u) = (lower.pointer, upper.pointer)
    var shift = [Double](repeating: 0, count: batch)
    for example in 0..<batch {
      for j in 0..<rows {
        shift[example] = max(Double(-l[example * rows + j]), shift[example])
      }
      var sum = 0.0
      for i in (example * rows)..<((example + 1) * rows) {
        // Slope and intercept are rounded to nearest below. The chord is a target of training and
        // certifies nothing, so last bits do not matter here.
        let line = ExpChord(l[i], u[i], shift: shift[example])
        weight.pointer[i] = Float(line.slope)
        sum += line.intercept
      }
      intercept.pointer[example] = Float(sum)
    }
    keepAlive(lower, upper)
    return Chord(weight: weight.array, intercept: intercept.array, shift: shift)
  }

  /// Returns the gradients of both ends for those of weights and intercepts, nil being zero. The
  /// shift is a constant.
  static func chordBackward(
    _ lower: DeviceArray, _ upper: DeviceArray, shift: [Double], weight gWeight: DeviceArray?,
    intercept gIntercept: DeviceArray?
  ) -> (lower: DeviceArray, upper: DeviceArray) {
    let rows = lower.shape[1]
    let (dLower, dUpper) = (result(lower.shape), result(lower.shape))
    for i in 0..<lower.count {
      let line = ExpChord(lower.pointer[i], upper.pointer[i], shift: shift[i / rows])
      let gw = Double(gWeight?.pointer[i] ?? 0)
      let gi = Double(gIntercept?.pointer[i / rows] ?? 0)
      // With q = −lower, p = −upper: dslope and dintercept with respect to q and p.
      let (dq, dp) = (line.slopeByUpperEnd, line.slopeByLowerEnd)
      let interceptByQ = line.valueAtUpperEnd - line.slope - line.upperEnd * dq
      dLower.pointer[i] = Float(-(gw * dq + gi * interceptByQ))
      dUpper.pointer[i] = Float(-(gw * dp - gi * line.upperEnd * dp))
    }
    keepAlive(lower, upper, gWeight, gIntercept)
    return (dLower.array, dUpper.array)
  }

  /// Returns the mean over the batch of log(1 + β·S + (1 − β)·T), where S = exp(shift)·(intercept −
  /// form) is the linear bound and T = Σ exp(−lower) the interval one.
  ///
  /// Everything is computed times exp(−shift), and the shift is added to the logarithm in the end:
  /// so no exponential is above 1, however negative a margin is.
  ///
  /// - Returns: The loss and its gradients with respect to form, intercept (both [batch, 1]) and
  ///   lower [batch, rows].
  static func loss(
    form: DeviceArray, intercept: DeviceArray, lower: DeviceArray, shift: [Double], beta: Float
  ) -> (loss: DeviceArray, form: DeviceArray, intercept: DeviceArray, lower: DeviceArray) {
    let (batch, rows) = (lower.shape[0], lower.shape[1])
    let (dForm, dIntercept) = (result([batch, 1]), result([batch, 1]))
    let dLower = result(lower.shape)
    let beta = Double(beta)
    var total = 0.0
    for example in 0..<batch {
      let linear = Double(intercept.pointer[example]) - Double(form.pointer[example])
      var interval = 0.0
      for i in (example * rows)..<((example + 1) * rows) {
        interval += .exp(Double(-lower.pointer[i]) - shift[example])
      }
      let sum = .exp(-shift[example]) + beta * linear + (1 - beta) * interval
      total += .log(sum) + shift[example]
      let scale = 1 / (sum * Double(batch))
      dForm.pointer[example] = Float(-beta * scale)
      dIntercept.pointer[example] = Float(beta * scale)
      for i in (example * rows)..<((example + 1) * rows) {
        let term = Double.exp(Double(-lower.pointer[i]) - shift[example])
        dLower.pointer[i] = Float(-(1 - beta) * notable(term / sum) / Double(batch))
      }
    }
    keepAlive(form, intercept, lower)
    let loss = Host.array(shape: [], repeating: mean(total, of: batch))
    return (loss, dForm.array, dIntercept.array, dLower.array)
  }
}

/// The chord of t ↦ exp(t − shift) over t ∈ [−upper, −lower], as slope·t + intercept, with the
/// derivatives of its slope. Here t = −m, so the interval's ends change places.
struct ExpChord {
  /// The slope (e^q − e^p)/(q − p) with p = −upper, not negative.
  let slope: Double
  /// The chord's value at t = 0.
  let intercept: Double
  /// q = −lower, the right end, where the exponential is largest.
  let upperEnd: Double
  /// exp(q − shift).
  let valueAtUpperEnd: Double
  /// q − p, the width of the interval; 0 where the ends have crossed.
  private let width: Double

  /// Makes the chord over an interval of margins [lower, upper].
  init(_ lower: Float, _ upper: Float, shift: Double) {
    upperEnd = Double(-lower)
    width = max(Double(upper) - Double(lower), 0)
    valueAtUpperEnd = .exp(upperEnd - shift)
    // (e^q − e^p)/(q − p) = e^q · (1 − e^{−d})/d, stable for small and for large d.
    slope = valueAtUpperEnd * (width < 1e-8 ? 1 - width / 2 : -.expMinusOne(-width) / width)
    intercept = valueAtUpperEnd - slope * upperEnd
  }

  /// ∂slope/∂q = (e^q − slope)/d, and its series where the difference would cancel.
  var slopeByUpperEnd: Double {
    width < 1e-4 ? valueAtUpperEnd * (0.5 - width / 6) : (valueAtUpperEnd - slope) / width
  }

  /// ∂slope/∂p = (slope − e^p)/d, and its series where the difference would cancel.
  var slopeByLowerEnd: Double {
    width < 1e-4
      ? valueAtUpperEnd * (0.5 - width / 3)
      : (slope - valueAtUpperEnd * .exp(-width)) / width
  }
}
