import Bounds

/// What a network is to be certified against, and by which methods in order.
///
/// A model file keeps the target that the model was trained for, and evaluations judge by it unless
/// they are asked for another.
public struct CertificationTarget: Sendable, Equatable {
  /// The perturbation set around each example.
  public var perturbation: Perturbation
  /// The methods in the order in which they are tried, usually from cheap to tight; each takes only
  /// the examples that those before it have left open.
  public var methods: [BoundMethod]
  /// The arithmetic that certificates hold in. Files do not keep it.
  public var arithmetic: Arithmetic

  /// Creates a target; certification refuses one without methods.
  public init(
    perturbation: Perturbation, methods: [BoundMethod], arithmetic: Arithmetic = .certified
  ) {
    self.perturbation = perturbation
    self.methods = methods
    self.arithmetic = arithmetic
  }
}
