import Relaxations

/// How lower bounds of a specification are computed, with all settings: the methods of the package
/// from fast to tight.
///
/// Decisions try methods in the order given and hand to the next what one has left open. Recipes,
/// model files and options write a method as a text such as `crown(slope: zero)`
/// (``init(text:slope:)``).
///
/// None is always tighter than the one before, but for α-CROWN and CROWN: a relaxation can lose
/// more than an interval, since its lower line may pass below the interval's end. (With l = −1, u =
/// 1.5 the adaptive line of a ReLU reaches −1 where the interval ends at 0.)
public enum BoundMethod: Sendable, Hashable, Codable {
  /// Interval bound propagation (Gowal et al. 2018; Mirman et al. 2018): the cost of about two
  /// forward passes.
  case interval
  /// One backward pass on interval pre-activation bounds (CROWN-IBP, Zhang et al. 2020). A row of
  /// the specification costs about as much as a forward pass.
  case crownIBP(slope: ReLUSlope = .adaptive)
  /// Backward passes for every pre-activation bound that intervals leave undecided, too (CROWN,
  /// Zhang et al. 2018). Each such neuron costs two rows.
  case crown(slope: ReLUSlope = .adaptive)
  /// CROWN with the slopes of undecided neurons optimised in every backward pass, for each row by
  /// itself, from those of `slope` on (Xu et al. 2021). Nowhere below ``crown(slope:)``.
  ///
  /// 20 iterations gain 99% or more of what 100 do on networks of ReLU, and 97% with sigmoid or
  /// tanh, at 7 to 35 times the cost of CROWN (sigmoid and tanh: 65).
  case alphaCROWN(slope: ReLUSlope = .adaptive, iterations: Int = 20)
  /// α-CROWN, and then branch and bound on what it leaves open (β-CROWN, Wang et al. 2021): it ends
  /// with a proof, with an input that breaks the specification, or with its budget.
  case complete(Branching = Branching())
}

extension BoundMethod {
  /// How many examples are best bounded at once, so that what they need stays near a core. Full
  /// CROWN takes one: its rows are the neurons that any of the examples leaves undecided.
  package var examplesAtOnce: Int {
    switch self {
    case .interval: 125
    case .crownIBP: 16
    case .crown, .alphaCROWN, .complete: 1
    }
  }
}

extension BoundMethod: CustomStringConvertible {
  /// The methods' names without settings, from fast to tight.
  package static let names = ["ibp", "crown-ibp", "crown", "alpha-crown", "complete"]

  /// Makes a method by its name.
  ///
  /// - Parameters:
  ///   - name: One of ``names``.
  ///   - slope: The lower lines of undecided ReLUs; intervals have none.
  /// - Returns: The method with its usual settings beside the slope; nil for any other name.
  package init?(name: String, slope: ReLUSlope = .adaptive) {
    switch name {
    case "ibp": self = .interval
    case "crown-ibp": self = .crownIBP(slope: slope)
    case "crown": self = .crown(slope: slope)
    case "alpha-crown": self = .alphaCROWN(slope: slope)
    case "complete": self = .complete(Branching(slope: slope))
    default: return nil
    }
  }

  /// The method's name, one of `names`, without settings; ``text`` has them.
  public var description: String {
    switch self {
    case .interval: "ibp"
    case .crownIBP: "crown-ibp"
    case .crown: "crown"
    case .alphaCROWN: "alpha-crown"
    case .complete: "complete"
    }
  }
}
