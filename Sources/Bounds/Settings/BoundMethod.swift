import Relaxations

/// How lower bounds of a specification are computed, with all settings.
public enum BoundMethod: Sendable, Hashable, Codable {
  /// Interval bound propagation (Gowal et al. 2018; Mirman et al. 2018).
  case interval
  /// One backward pass on interval pre-activation bounds (Zhang et al. 2020).
  case crownIBP(slope: ReLUSlope = .adaptive)
  /// Backward passes for every pre-activation bound too (Zhang et al. 2018).
  case crown(slope: ReLUSlope = .adaptive)
  /// CROWN with the slopes of undecided neurons optimised in every backward pass, for each row by
  /// itself, from those of `slope` on (Xu et al. 2021). Nowhere below ``crown(slope:)``.
  ///
  /// 20 iterations gain 99% or more of what 100 do on networks of ReLU, and 97% with sigmoid or
  /// tanh, at 7 to 35 times the cost of CROWN (sigmoid and tanh: 65).
  case alphaCROWN(slope: ReLUSlope = .adaptive, iterations: Int = 20)
}

extension BoundMethod {
  /// Examples that are best bounded at once, so that what they need stays near a core. Full CROWN
  /// takes one: its rows are the neurons that any of the examples leaves undecided.
  package var examplesAtOnce: Int {
    switch self {
    case .interval: 125
    case .crownIBP: 16
    case .crown, .alphaCROWN: 1
    }
  }
}

extension BoundMethod: CustomStringConvertible {
  package static let names = ["ibp", "crown-ibp", "crown", "alpha-crown"]

  /// A method by name, one of ``names``; nil for any other.
  package init?(name: String, slope: ReLUSlope = .adaptive) {
    switch name {
    case "ibp": self = .interval
    case "crown-ibp": self = .crownIBP(slope: slope)
    case "crown": self = .crown(slope: slope)
    case "alpha-crown": self = .alphaCROWN(slope: slope)
    default: return nil
    }
  }

  public var description: String {
    switch self {
    case .interval: "ibp"
    case .crownIBP: "crown-ibp"
    case .crown: "crown"
    case .alphaCROWN: "alpha-crown"
    }
  }
}
