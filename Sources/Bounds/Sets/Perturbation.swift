/// The set of inputs around x that a certificate speaks of: {x' : ‖x' − x‖_p ≤ ε}, optionally
/// within the input domain. ε is always in raw input units (pixels in [0, 1]).
public struct Perturbation: Sendable, Equatable, CustomStringConvertible {
  public enum Norm: String, Sendable, CaseIterable {
    case linf
    case l2
    case l1
  }

  public let norm: Norm
  public let epsilon: Float
  /// Inputs outside are not considered. Bounds make use of it for ℓ∞; for ℓ2 and ℓ1 they hold for
  /// the whole ball, of which attacks search this part.
  public let domain: ClosedRange<Float>?

  /// Throws ``PerturbationError`` for a negative or non-finite ε.
  public init(
    norm: Norm, epsilon: Float, domain: ClosedRange<Float>? = nil
  ) throws(PerturbationError) {
    guard epsilon.isFinite, epsilon >= 0 else { throw .badEpsilon(epsilon) }
    self.norm = norm
    self.epsilon = epsilon
    self.domain = domain
  }

  private init(unchecked norm: Norm, _ epsilon: Float, _ domain: ClosedRange<Float>?) {
    precondition(epsilon.isFinite && epsilon >= 0, "ε must be finite and not negative")
    self.norm = norm
    self.epsilon = epsilon
    self.domain = domain
  }

  /// The box ‖δ‖_∞ ≤ ε, within a domain if one is given. Traps on a negative or non-finite ε.
  public static func linf(
    epsilon: Float, within domain: ClosedRange<Float>? = nil
  ) -> Perturbation { Perturbation(unchecked: .linf, epsilon, domain) }

  /// The ball ‖δ‖₂ ≤ ε, within a domain if one is given. Traps on a negative or non-finite ε.
  public static func l2(
    epsilon: Float, within domain: ClosedRange<Float>? = nil
  ) -> Perturbation { Perturbation(unchecked: .l2, epsilon, domain) }

  /// The ball ‖δ‖₁ ≤ ε, within a domain if one is given. Traps on a negative or non-finite ε.
  public static func l1(
    epsilon: Float, within domain: ClosedRange<Float>? = nil
  ) -> Perturbation { Perturbation(unchecked: .l1, epsilon, domain) }

  /// The same set with another ε.
  public func withEpsilon(_ epsilon: Float) -> Perturbation {
    Perturbation(unchecked: norm, epsilon, domain)
  }

  /// Throws if ε is so large that the set holds every image of `count` pixels in [0, 1]: nearly
  /// always a slip such as 8 for 8/255.
  package func validate(inputCount count: Int) throws(PerturbationError) {
    let diameter: Float =
      switch norm {
      case .linf: 1
      case .l2: Float(count).squareRoot()
      case .l1: Float(count)
      }
    guard epsilon <= diameter else { throw .coversEverything(norm, epsilon, diameter) }
  }

  public var description: String {
    let name =
      switch norm {
      case .linf: "ℓ∞"
      case .l2: "ℓ2"
      case .l1: "ℓ1"
      }
    let within = domain.map { " within [\($0.lowerBound), \($0.upperBound)]" } ?? ""
    return "\(name) ε = \(EpsilonText.shown(epsilon))\(within)"
  }
}

/// A perturbation that makes no sense.
public enum PerturbationError: Error, Sendable, Equatable, CustomStringConvertible {
  case badEpsilon(Float)
  case coversEverything(Perturbation.Norm, Float, Float)

  public var description: String {
    switch self {
    case .badEpsilon(let value):
      "epsilon must be a finite number, zero or more, not \(value)"
    case .coversEverything(let norm, let epsilon, let diameter):
      "epsilon \(epsilon) in \(norm.rawValue) holds every image (the largest distance is "
        + "\(diameter)); it is in raw units, pixels in [0, 1], such as 0.3 or 8/255"
    }
  }
}
