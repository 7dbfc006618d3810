@testable import Relaxations
@testable import Tensors

/// Relaxations whose slopes are given for each row.
extension OperationCase {
  static let freeFormCases: [OperationCase] =
    [false, true].flatMap { [freeReLUCase(shared: $0), freeActivationCase(.tanh, shared: $0)] }
    + ActivationFunction.samples.filter { $0 != .tanh }.map {
      freeActivationCase($0, shared: false)
    }

  private static func suffix(_ shared: Bool) -> String { shared ? ", shared form" : "" }

  /// A form, and positions inside [0, 1].
  private static func inputs(_ batch: Int, shared: Bool, seed: UInt64) -> [Tensor] {
    let alpha = random([batch, 3, 8], seed: seed + 1).scalars.map {
      Float(0.5 + 0.4 * ActivationFunction.tanh.scalar.value(Double($0)))
    }
    return [
      awayFromZero([shared ? 1 : batch, 3, 8], seed: seed), Tensor(shape: [batch, 3, 8], alpha),
    ]
  }

  /// The intervals, constants of the operation.
  private static func boxes(_ batch: Int) -> [Tensor] { intervals([batch, 8], seed: 52) }

  private static func freeReLUCase(shared: Bool) -> OperationCase {
    OperationCase(
      name: "relaxedReLUForm of given slopes" + suffix(shared), usesOneDNN: shared,
      inputs: { inputs($0, shared: shared, seed: 50) },
      ours: { x in
        let box = boxes(x[1].shape[0])
        let output = relaxedReLUForm(x[0], center: box[0], radius: box[1], alpha: x[1])
        return [output.form, output.constant]
      },
      reference: { x in
        freelyRelaxed(x[0], x[1], boxes(x[1].shape[0])) { l, u, isLower, alpha in
          if l >= 0 || u <= 0 { return (l >= 0 ? 1 : 0, 0) }
          return isLower ? (alpha, 0) : (u / (u - l), -l * u / (u - l))
        }
      })
  }

  private static func freeActivationCase(
    _ function: ActivationFunction, shared: Bool
  ) -> OperationCase {
    let f = function.scalar
    return OperationCase(
      name: "relaxedForm of \(function), given slopes" + suffix(shared), usesOneDNN: shared,
      largeBatch: 50, inputs: { inputs($0, shared: shared, seed: 54) },
      ours: { x in
        let box = boxes(x[1].shape[0])
        let output = relaxedForm(x[0], function, center: box[0], radius: box[1], alpha: x[1])
        return [output.form, output.constant]
      },
      reference: { x in
        freelyRelaxed(x[0], x[1], boxes(x[1].shape[0])) { l, u, isLower, alpha in
          let hull = f.hull(l, u)
          let slopes = [0.0, 1.0].map { position in
            f.line(isLower ? .below : .above, of: hull, at: position).line.slope
          }
          let slope = slopes[0] + alpha * (slopes[1] - slopes[0])
          let sign: Double = isLower ? 1 : -1
          return (slope, sign * least(from: l, to: u) { sign * (f.value($0) - slope * $0) })
        }
      })
  }
}

/// Λ · slope and Σ Λ · intercept for lines by interval, side and position.
private func freelyRelaxed(
  _ form: Reference, _ alpha: Reference, _ box: [Tensor],
  _ line: (_ l: Double, _ u: Double, _ isLower: Bool, Double) -> (slope: Double, intercept: Double)
) -> [Reference] {
  let (center, radius) = (Reference(box[0]), Reference(box[1]))
  let (lower, upper) = (center.with(radius, -), center.with(radius, +))
  var out = alpha
  var constant = Reference(Array(alpha.shape.prefix(2))) { _ in 0 }
  for example in 0..<alpha.shape[0] {
    for row in 0..<alpha.shape[1] {
      for i in 0..<alpha.shape[2] {
        let value = coefficient(form, example, row, i)
        let chosen = line(
          lower[example, i], upper[example, i], value >= 0, alpha[example, row, i])
        out[example, row, i] = value * chosen.slope
        constant[example, row] += value * chosen.intercept
      }
    }
  }
  return [out, constant]
}

/// The least value on an interval: of a grid, or by thirds beside each of its points that is lowest
/// among its neighbours. (Thirds alone lose a least value at an end beside a plateau.)
func least(from l: Double, to u: Double, _ f: (Double) -> Double) -> Double {
  let points = (0...64).map { l + (u - l) * Double($0) / 64 }
  let values = points.map(f)
  let lows = points.indices.filter { i in
    values[i] <= values[max(i - 1, 0)] && values[i] <= values[min(i + 1, 64)]
  }
  return lows.map { low in
    var (a, b) = (points[max(low - 1, 0)], points[min(low + 1, 64)])
    for _ in 0..<44 {
      let (c, d) = (a + (b - a) / 3, b - (b - a) / 3)
      if f(c) < f(d) { b = d } else { a = c }
    }
    return min(f((a + b) / 2), values[low])
  }.min()!
}
