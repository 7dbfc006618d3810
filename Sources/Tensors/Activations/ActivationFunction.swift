import RealModule

/// A monotone scalar function that is applied elementwise.
public enum ActivationFunction: Sendable, Hashable {
  /// max(x, slope·x), 0 ≤ slope ≤ 1; with slope 0 it is ReLU.
  case leakyReLU(slope: Float)
  /// 1/(1 + e⁻ˣ).
  case sigmoid
  case tanh
  /// log(1 + eˣ).
  case softplus
  /// x above 0, alpha·(eˣ − 1) below, 0 ≤ alpha ≤ 1, so that it is convex.
  case elu(alpha: Float)

  func value(_ x: Double) -> Double {
    switch self {
    case .leakyReLU(let slope): x > 0 ? x : Double(slope) * x
    case .sigmoid: Self.logistic(x)
    case .tanh: .tanh(x)
    case .softplus: max(x, 0) + .log(onePlus: .exp(-abs(x)))
    case .elu(let alpha): x > 0 ? x : Double(alpha) * .expMinusOne(x)
    }
  }

  /// The derivative; on the right at a kink.
  func derivative(_ x: Double) -> Double {
    switch self {
    case .leakyReLU(let slope): return x > 0 ? 1 : Double(slope)
    case .sigmoid:
      let value = Self.logistic(x)
      return value * Self.logistic(-x)
    case .tanh:
      let value = Double.cosh(x)
      return 1 / (value * value)
    case .softplus: return Self.logistic(x)
    case .elu(let alpha): return x > 0 ? 1 : Double(alpha) * .exp(x)
    }
  }

  func secondDerivative(_ x: Double) -> Double {
    switch self {
    case .leakyReLU: 0
    case .sigmoid: derivative(x) * (Self.logistic(-x) - Self.logistic(x))
    case .tanh: -2 * .tanh(x) * derivative(x)
    case .softplus: Self.logistic(x) * Self.logistic(-x)
    case .elu(let alpha): x > 0 ? 0 : Double(alpha) * .exp(x)
    }
  }

  /// The points where function − slope·x can be least or largest inside an interval.
  func turningPoints(slope: Double) -> [Double] {
    switch self {
    case .leakyReLU: return [0]
    case .sigmoid:  // σ' = 1/(4 cosh²(x/2))
      guard slope > 0 else { return [] }
      return Self.plusMinus(2 * .acosh(max(0.5 / slope.squareRoot(), 1)))
    case .tanh:  // tanh' = 1/cosh² x
      guard slope > 0 else { return [] }
      return Self.plusMinus(.acosh(max(1 / slope.squareRoot(), 1)))
    case .softplus:
      return slope > 0 && slope < 1 ? [.log(slope) - .log(onePlus: -slope)] : []
    case .elu(let alpha):
      return [0] + (slope > 0 && slope < Double(alpha) ? [.log(slope / Double(alpha))] : [])
    }
  }

  private static func plusMinus(_ point: Double) -> [Double] {
    point.isFinite ? [-point, point] : []
  }

  private static func logistic(_ x: Double) -> Double {
    x >= 0 ? 1 / (1 + .exp(-x)) : .exp(x) / (1 + .exp(x))
  }
}
