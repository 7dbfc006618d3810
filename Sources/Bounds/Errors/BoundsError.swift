/// Why a bound cannot be computed.
public enum BoundsError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A layer whose type has no bound rule.
  case unsupportedLayer(path: String, kind: String)
  /// A specification that does not fit the network, or is not finite.
  case specification(String)
  /// Inputs that do not fit the network.
  case input(String)
  /// A network or set that random projections cannot estimate.
  case projections(String)

  public var description: String {
    switch self {
    case .unsupportedLayer(let path, let kind):
      "layer \(path) (\(kind)) has no bound rule, so the network cannot be certified; its type "
        + "has to conform to BoundedLayer"
    case .specification(let problem), .input(let problem): problem
    case .projections(let what):
      "\(what): random projections estimate ReLU networks in linf and l2 only; leave projections out"
    }
  }
}
