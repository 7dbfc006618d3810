/// A scalar function that is applied elementwise, as files and networks name it.
///
/// The layer `Activation` of the module Networks applies one. What a function is, its values,
/// derivatives, turns and bends, stands in a file of its name in this folder (`ScalarFunction`),
/// and intervals, lines and hulls for bounds follow from that.
///
/// A new function takes such a file, and here a case, its kind, a line of the one switch, and a
/// sample. The samples put it under all laws of the tests.
public enum ActivationFunction: Sendable, Hashable {
  /// max(x, slope·x), 0 ≤ slope ≤ 1; with slope 0 it is ReLU.
  case leakyReLU(slope: Float)
  /// 1/(1 + e⁻ˣ), which rises from 0 to 1.
  case sigmoid
  /// tanh x, which rises from −1 to 1.
  case tanh
  /// log(1 + eˣ), a smooth ReLU.
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
  /// x/(1 + |x|), which rises from −1 to 1, more slowly than tanh.
  case softsign
  /// x·σ(2√(2/π)·(x + 0.044715·x³)), the approximation of GELU by a tanh.
  case geluTanh

  /// The cases without settings; raw values are the names in files.
  package enum Kind: String, Sendable, CaseIterable {
    case leakyReLU = "leaky-relu"
    case sigmoid, tanh, softplus, elu, gelu, clip
    case hardSwish = "hard-swish"
    case silu, mish, softsign
    case geluTanh = "gelu-tanh"
  }

  /// What each case is called, and what it is: the only switch over the cases.
  private var definition: (kind: Kind, scalar: any ScalarFunction) {
    switch self {
    case .leakyReLU(let slope): (.leakyReLU, LeakyReLU(slope: Double(slope)))
    case .sigmoid: (.sigmoid, Sigmoid())
    case .tanh: (.tanh, Tanh())
    case .softplus: (.softplus, Softplus())
    case .elu(let alpha): (.elu, ELU(alpha: Double(alpha)))
    case .gelu: (.gelu, GELU())
    case .clip(let lower, let upper): (.clip, Clip(lower: Double(lower), upper: Double(upper)))
    case .hardSwish: (.hardSwish, HardSwish())
    case .silu: (.silu, SiLU())
    case .mish: (.mish, Mish())
    case .softsign: (.softsign, Softsign())
    case .geluTanh: (.geluTanh, TanhGELU())
    }
  }

  /// The case without its settings.
  package var kind: Kind { definition.kind }

  /// The name without settings, such as "leaky-relu".
  public var name: String { kind.rawValue }

  /// The function by itself. What loops over numbers takes it once, outside of the loop, so that
  /// the loop does not ask which function it is.
  package var scalar: any ScalarFunction { definition.scalar }

  /// Whether its settings are in the ranges for which there are bounds. A layer of a function
  /// outside them cannot be made.
  package var isBounded: Bool { scalar.isBounded }

  /// Every kind, with settings of each sort that matters.
  ///
  /// Tests, their random networks and damaged files take their functions from here, so that a new
  /// one is tested by being listed; that every kind is listed is a test as well.
  package static let samples: [ActivationFunction] = [
    .leakyReLU(slope: 0), .leakyReLU(slope: 0.1), .leakyReLU(slope: 1), .sigmoid, .tanh,
    .softplus, .elu(alpha: 1), .elu(alpha: 0.3), .elu(alpha: 1.67326), .gelu,
    .clip(lower: -0.6, upper: 0.7), .clip(lower: 0, upper: 6), .hardSwish, .silu, .mish,
    .softsign, .geluTanh,
  ]
}
