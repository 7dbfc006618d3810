import Bounds

/// What a network is to be certified against, and by which methods in order.
public struct CertificationTarget: Sendable, Equatable {
  public var perturbation: Perturbation
  public var methods: [BoundMethod]

  public init(perturbation: Perturbation, methods: [BoundMethod]) {
    self.perturbation = perturbation
    self.methods = methods
  }
}
