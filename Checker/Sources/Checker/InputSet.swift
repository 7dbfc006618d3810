/// The inputs that a certificate speaks of (section "The input").
struct InputSet: Sendable {
  /// The norms that ε is measured in.
  enum Norm: String, Sendable { case linf, l2, l1 }

  /// A ball around points, with a box around each of its points.
  private struct Ball {
    let norm: Norm
    let radius: Dyadic
    /// The centre k/255, with the radius s.
    let points: Box
  }

  /// The smallest box around the set.
  let box: Box
  private let ball: Ball?

  /// Takes the set around an image, for a domain of [0, 1] or none.
  ///
  /// - Parameters:
  ///   - pixels: The image in the order of the network's input.
  ///   - epsilon: A number not below ε.
  init(
    around pixels: [UInt8], _ norm: Norm, epsilon: Dyadic, hasDomain: Bool
  ) throws(CheckError) {
    var (intervals, points): ([Interval], [Interval]) = ([], [])
    for value in 0...255 {
      let pixel = Interval(Dyadic(value)) / Interval(Dyadic(255))
      let rounding = pixel.upper.plus(epsilon, .up).times(Dyadic(1, exponent: -22), .up)
      let reach = rounding.plus(epsilon, .up)
      let around = Interval(pixel.lower.minus(reach, .down), pixel.upper.plus(reach, .up))
      intervals.append(
        hasDomain && norm == .linf
          ? Interval(max(around.lower, .zero), min(around.upper, Dyadic(1))) : around)
      points.append(
        Interval(pixel.lower.minus(rounding, .down), pixel.upper.plus(rounding, .up)))
    }
    box = try Box(pixels.map { intervals[Int($0)] })
    ball =
      norm == .linf
      ? nil : Ball(norm: norm, radius: epsilon, points: try Box(pixels.map { points[Int($0)] }))
  }

  /// Returns the least value of the form Λ·x over the set: Λ·c − |Λ|·r over a box, and Λ·(k/255) −
  /// |Λ|·s − ε·‖Λ‖ over a ball.
  func least(of form: Block) -> Dyadic {
    guard let ball else { return box.least(of: form) }
    let norm: Dyadic
    if ball.norm == .l1 {
      norm = form.largest
    } else {
      // A sum of 2²² squares of 44 bits.
      let square = form.values.reduce(Int128(0)) { $0 &+ Int128($1) &* Int128($1) }
      norm = Dyadic(square, exponent: 2 * form.exponent, .up).squareRoot(.up)
    }
    return ball.points.least(of: form).minus(norm.times(ball.radius, .up), .down)
  }
}
