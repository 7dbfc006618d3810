import RealModule

/// Values and derivatives, in Double.
extension ActivationFunction {
  package func value(_ x: Double) -> Double {
    switch self {
    case .leakyReLU(let slope): x > 0 ? x : Double(slope) * x
    case .sigmoid: logistic(x)
    case .tanh: .tanh(x)
    case .softplus: max(x, 0) + .log(onePlus: .exp(-abs(x)))
    case .elu(let alpha): x > 0 ? x : Double(alpha) * .expMinusOne(x)
    case .gelu: GELU.value(x)
    case .clip(let lower, let upper):
      x < Double(lower) ? Double(lower) : (x > Double(upper) ? Double(upper) : x)
    case .hardSwish: HardSwish.value(x)
    case .silu: SiLU.value(x)
    case .mish: Mish.value(x)
    case .softsign: Softsign.value(x)
    case .geluTanh: TanhGELU.value(x)
    }
  }

  /// The derivative; on the right at a kink.
  package func derivative(_ x: Double) -> Double {
    switch self {
    case .leakyReLU(let slope): return x > 0 ? 1 : Double(slope)
    case .sigmoid:
      let value = logistic(x)
      return value * logistic(-x)
    case .tanh:
      let value = Double.cosh(x)
      return 1 / (value * value)
    case .softplus: return logistic(x)
    case .elu(let alpha): return x > 0 ? 1 : Double(alpha) * .exp(x)
    case .gelu: return GELU.derivative(x)
    case .clip(let lower, let upper):
      return Double(lower) <= x && x < Double(upper) ? 1 : (x.isNaN ? x : 0)
    case .hardSwish: return HardSwish.derivative(x)
    case .silu: return SiLU.derivative(x)
    case .mish: return Mish.derivative(x)
    case .softsign: return Softsign.derivative(x)
    case .geluTanh: return TanhGELU.derivative(x)
    }
  }

  package func secondDerivative(_ x: Double) -> Double {
    switch self {
    case .leakyReLU, .clip: 0
    case .gelu: GELU.secondDerivative(x)
    case .sigmoid: derivative(x) * (logistic(-x) - logistic(x))
    case .tanh: -2 * .tanh(x) * derivative(x)
    case .softplus: logistic(x) * logistic(-x)
    case .elu(let alpha): x > 0 ? 0 : Double(alpha) * .exp(x)
    case .hardSwish: HardSwish.secondDerivative(x)
    case .silu: SiLU.secondDerivative(x)
    case .mish: Mish.secondDerivative(x)
    case .softsign: Softsign.secondDerivative(x)
    case .geluTanh: TanhGELU.secondDerivative(x)
    }
  }
}

/// 1/(1 + e⁻ˣ), without overflow.
package func logistic(_ x: Double) -> Double {
  x >= 0 ? 1 / (1 + .exp(-x)) : .exp(x) / (1 + .exp(x))
}
