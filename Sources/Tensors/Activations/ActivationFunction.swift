import RealModule

/// A scalar function that is applied elementwise.
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
  /// x·Φ(x), with Φ the normal distribution function (Hendrycks and Gimpel 2016).
  case gelu
  /// min(max(x, lower), upper), lower < upper; hard tanh and ReLU6 are cases of it.
  case clip(lower: Float, upper: Float)

  /// Such as "leaky-relu", without settings.
  public var name: String {
    switch self {
    case .leakyReLU: "leaky-relu"
    case .sigmoid: "sigmoid"
    case .tanh: "tanh"
    case .softplus: "softplus"
    case .elu: "elu"
    case .gelu: "gelu"
    case .clip: "clip"
    }
  }

  /// Whether its settings are in the ranges for which there are bounds.
  package var isBounded: Bool {
    switch self {
    case .leakyReLU(let factor), .elu(let factor): 0...1 ~= factor
    case .clip(let lower, let upper): lower < upper
    case .sigmoid, .tanh, .softplus, .gelu: true
    }
  }

  func value(_ x: Double) -> Double {
    switch self {
    case .leakyReLU(let slope): x > 0 ? x : Double(slope) * x
    case .sigmoid: Self.logistic(x)
    case .tanh: .tanh(x)
    case .softplus: max(x, 0) + .log(onePlus: .exp(-abs(x)))
    case .elu(let alpha): x > 0 ? x : Double(alpha) * .expMinusOne(x)
    case .gelu: x * NormalDistribution.probability(below: x)
    case .clip(let lower, let upper):
      x < Double(lower) ? Double(lower) : (x > Double(upper) ? Double(upper) : x)
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
    case .gelu:
      return NormalDistribution.probability(below: x) + x * NormalDistribution.density(x)
    case .clip(let lower, let upper):
      return Double(lower) <= x && x < Double(upper) ? 1 : (x.isNaN ? x : 0)
    }
  }

  func secondDerivative(_ x: Double) -> Double {
    switch self {
    case .leakyReLU, .clip: 0
    case .gelu: (2 - x * x) * NormalDistribution.density(x)
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
    case .gelu: return geluTurningPoints(slope: slope)
    case .clip(let lower, let upper): return [Double(lower), Double(upper)]
    }
  }

  /// Where the function is least and largest on an interval.
  func extremePoints(_ l: Double, _ u: Double) -> (least: Double, largest: Double) {
    guard case .gelu = self else { return (l, u) }  // the others are monotone
    return (min(max(Self.geluMinimum, l), u), value(l) > value(u) ? l : u)
  }

  /// GELU falls up to here and rises from here on.
  static let geluMinimum = -0.751791524693564457

  /// Its derivative falls from 0 up to −√2, rises to √2 and falls to 1: one point for each of these
  /// parts at most.
  private func geluTurningPoints(slope: Double) -> [Double] {
    let bend = 2.0.squareRoot()
    return [(-40, -bend), (-bend, bend), (bend, 40)].compactMap { start, end in
      let (first, last) = (derivative(start) - slope, derivative(end) - slope)
      guard first * last < 0 else { return first == 0 ? start : (last == 0 ? end : nil) }
      var (a, b) = (start, end)
      for _ in 0..<60 {
        let middle = (a + b) / 2
        if (derivative(middle) - slope) * first > 0 { a = middle } else { b = middle }
      }
      return (a + b) / 2
    }
  }

  private static func plusMinus(_ point: Double) -> [Double] {
    point.isFinite ? [-point, point] : []
  }

  private static func logistic(_ x: Double) -> Double {
    x >= 0 ? 1 / (1 + .exp(-x)) : .exp(x) / (1 + .exp(x))
  }
}

/// The standard normal distribution.
private enum NormalDistribution {
  static func probability(below x: Double) -> Double { 0.5 * .erfc(-x * 0.5.squareRoot()) }

  static func density(_ x: Double) -> Double { .exp(-0.5 * x * x) / (2 * .pi).squareRoot() }
}
