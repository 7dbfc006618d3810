/// A scalar function that is applied elementwise.
///
/// A function is its values, its first two derivatives, and where it turns and bends
/// (`ActivationShape.swift`); intervals, lines and hulls follow from these.
public enum ActivationFunction: Sendable, Hashable {
  /// max(x, slope·x), 0 ≤ slope ≤ 1; with slope 0 it is ReLU.
  case leakyReLU(slope: Float)
  /// 1/(1 + e⁻ˣ).
  case sigmoid
  case tanh
  /// log(1 + eˣ).
  case softplus
  /// x above 0, alpha·(eˣ − 1) below, alpha ≥ 0. With alpha above 1 it has a concave kink at 0, as
  /// SELU has.
  case elu(alpha: Float)
  /// x·Φ(x), with Φ the normal distribution function (Hendrycks and Gimpel 2016).
  case gelu
  /// min(max(x, lower), upper), lower < upper; hard tanh and ReLU6 are cases of it.
  case clip(lower: Float, upper: Float)
  /// x·clip(x/6 + ½, 0, 1) (Howard et al. 2019).
  case hardSwish
  /// x·σ(x), also called swish (Elfwing et al. 2018).
  case silu
  /// x·tanh(log(1 + eˣ)) (Misra 2020).
  case mish
  /// x/(1 + |x|).
  case softsign
  /// x·σ(2√(2/π)·(x + 0.044715·x³)), the approximation of GELU by a tanh.
  case geluTanh

  /// The cases without settings.
  public enum Kind: String, Sendable, CaseIterable {
    case leakyReLU = "leaky-relu"
    case sigmoid, tanh, softplus, elu, gelu, clip
    case hardSwish = "hard-swish"
    case silu, mish, softsign
    case geluTanh = "gelu-tanh"
  }

  public var kind: Kind {
    switch self {
    case .leakyReLU: .leakyReLU
    case .sigmoid: .sigmoid
    case .tanh: .tanh
    case .softplus: .softplus
    case .elu: .elu
    case .gelu: .gelu
    case .clip: .clip
    case .hardSwish: .hardSwish
    case .silu: .silu
    case .mish: .mish
    case .softsign: .softsign
    case .geluTanh: .geluTanh
    }
  }

  /// Such as "leaky-relu", without settings.
  public var name: String { kind.rawValue }

  /// Whether its settings are in the ranges for which there are bounds.
  package var isBounded: Bool {
    switch self {
    case .leakyReLU(let factor): 0...1 ~= factor
    case .elu(let alpha): alpha >= 0 && alpha.isFinite
    case .clip(let lower, let upper): lower < upper
    case .sigmoid, .tanh, .softplus, .gelu, .hardSwish, .silu, .mish, .softsign, .geluTanh: true
    }
  }
}
