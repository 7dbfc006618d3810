/// Why a bound cannot be computed: the network, the inputs or the specification do not fit each
/// other.
///
/// ``BoundedNetwork`` throws it for layers, the methods that begin from inputs for shapes. That a
/// bound is too loose is no error. Every case describes itself in one line.
public enum BoundsError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A layer whose type has no bound rule: its path in the network and its kind, such as
  /// "Convolution".
  case unsupportedLayer(path: String, kind: String)
  /// A layer that does not say how it rounds, of which no certificate would hold: its path and kind.
  case unknownRounding(path: String, kind: String)
  /// A specification that does not fit the network, or is not finite; what is wrong, as a sentence.
  case specification(String)
  /// Inputs that do not fit the network; what is wrong, as a sentence.
  case input(String)
  /// A network or set whose bounds random projections cannot estimate; which part it is, such as
  /// "layer 3 (MaxPool)".
  case projections(String)

  /// The problem, where it is, and the remedy in one line.
  public var description: String {
    switch self {
    case .unsupportedLayer(let path, let kind):
      "layer \(path) (\(kind)) has no bound rule, so the network cannot be certified; its type "
        + "has to conform to BoundedLayer"
    case .unknownRounding(let path, let kind):
      "layer \(path) (\(kind)) does not say how it rounds, so that no bound of it holds in Float32; "
        + "its type has to state AffineRule.roundings or conform to OutwardRelaxedRule, or the "
        + "network be bounded in real arithmetic"
    case .specification(let problem), .input(let problem): problem
    case .projections(let what):
      "\(what): random projections estimate ReLU networks in linf and l2 only; leave projections out"
    }
  }
}
