/// The set of inputs around x that a certificate speaks of: {x' : ‖x' − x‖_p ≤ ε}, optionally
/// within the input domain.
///
/// ```swift
/// let box = Perturbation.linf(epsilon: 8 / 255, within: 0...1)
/// let ball = try Perturbation(norm: .l2, epsilon: 0.5)
/// print(box)  // ℓ∞ ε = 8/255 (0.03137) within [0.0, 1.0]
/// ```
///
/// ε is always in raw input units (pixels in [0, 1]); a normalisation is a layer of the network and
/// changes nothing about it. The value has no inputs: ``region(around:)`` makes the sets around a
/// batch, attacks project onto them, and recipes and model files keep norm, ε and domain.
public struct Perturbation: Sendable, Equatable, CustomStringConvertible {
  /// The norm that measures how far an input may move; its raw value is the name in files and
  /// options.
  public enum Norm: String, Sendable, CaseIterable {
    /// The largest change of any scalar.
    case linf
    /// The Euclidean norm of all changes of an example.
    case l2
    /// The sum of the absolute values of all changes of an example.
    case l1
  }

  /// The norm p.
  public let norm: Norm
  /// The radius ε, finite and not negative, in raw input units.
  public let epsilon: Float
  /// Inputs outside are not considered. Bounds make use of it for ℓ∞; for ℓ2 and ℓ1 they hold for
  /// the whole ball, of which attacks search this part.
  public let domain: ClosedRange<Float>?

  /// Makes a set after checking ε, for numbers that come from a file or a user.
  ///
  /// - Throws: ``PerturbationError/badEpsilon(_:)`` for a negative or non-finite ε.
  public init(
    norm: Norm, epsilon: Float, domain: ClosedRange<Float>? = nil
  ) throws(PerturbationError) {
    guard epsilon.isFinite, epsilon >= 0 else { throw .badEpsilon(epsilon) }
    self.norm = norm
    self.epsilon = epsilon
    self.domain = domain
  }

  /// Makes a set of an ε that the caller vouches for.
  ///
  /// - Precondition: ε is finite and not negative.
  private init(unchecked norm: Norm, _ epsilon: Float, _ domain: ClosedRange<Float>?) {
    precondition(epsilon.isFinite && epsilon >= 0, "ε must be finite and not negative")
    self.norm = norm
    self.epsilon = epsilon
    self.domain = domain
  }

  /// Makes the box ‖δ‖_∞ ≤ ε, within a domain if one is given.
  ///
  /// - Precondition: ε is finite and not negative.
  public static func linf(
    epsilon: Float, within domain: ClosedRange<Float>? = nil
  ) -> Perturbation { Perturbation(unchecked: .linf, epsilon, domain) }

  /// Makes the ball ‖δ‖₂ ≤ ε, within a domain if one is given.
  ///
  /// - Precondition: ε is finite and not negative.
  public static func l2(
    epsilon: Float, within domain: ClosedRange<Float>? = nil
  ) -> Perturbation { Perturbation(unchecked: .l2, epsilon, domain) }

  /// Makes the ball ‖δ‖₁ ≤ ε, within a domain if one is given.
  ///
  /// - Precondition: ε is finite and not negative.
  public static func l1(
    epsilon: Float, within domain: ClosedRange<Float>? = nil
  ) -> Perturbation { Perturbation(unchecked: .l1, epsilon, domain) }

  /// Returns the same set with another ε, as ramps of training and searches for radii need it.
  ///
  /// - Precondition: ε is finite and not negative.
  public func withEpsilon(_ epsilon: Float) -> Perturbation {
    Perturbation(unchecked: norm, epsilon, domain)
  }

  /// Refuses an ε that is so large that the set holds every image of `count` pixels in [0, 1]:
  /// nearly always a slip such as 8 for 8/255.
  ///
  /// - Parameter count: The scalars of an input. The largest distance of two images is 1 in ℓ∞,
  ///   √count in ℓ2 and count in ℓ1.
  /// - Throws: ``PerturbationError/coversEverything(_:_:_:)`` for an ε above that distance.
  package func validate(inputCount count: Int) throws(PerturbationError) {
    let diameter: Float =
      switch norm {
      case .linf: 1
      case .l2: Float(count).squareRoot()
      case .l1: Float(count)
      }
    guard epsilon <= diameter else { throw .coversEverything(norm, epsilon, diameter) }
  }

  /// The set for people, such as "ℓ∞ ε = 8/255 (0.03137) within [0.0, 1.0]".
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

/// A perturbation that makes no sense. Its description says what ε should be.
public enum PerturbationError: Error, Sendable, Equatable, CustomStringConvertible {
  /// An ε that is negative, infinite or NaN.
  case badEpsilon(Float)
  /// The norm, an ε whose set holds every image, and the largest distance of two images.
  case coversEverything(Perturbation.Norm, Float, Float)

  /// The text says in one line what is wrong with the ε.
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
