import Bounds
import Networks
import Relaxations
import Tensors

/// What training minimises on a batch.
public enum Objective: Sendable, Equatable {
  /// Cross-entropy on the clean inputs.
  case natural
  /// κ·CE(z, y) + (1 − κ)·CE(−m̲) with interval margins m̲ (Gowal et al. 2018).
  case interval(kappa: Mix = .constant(0))
  /// The same with m̲ = β·CROWN-IBP + (1 − β)·IBP (Zhang et al. 2020).
  case crownIBP(
    beta: Mix = Mix(from: 1, to: 0), kappa: Mix = .constant(0), margins: MarginForm = .all,
    slope: ReLUSlope = .adaptive)

  /// The same with full CROWN: backward passes for every pre-activation bound too, on the neurons
  /// that intervals leave undecided. With ``ReLUSlope/same`` it is Fast-Lin (Weng et al. 2018),
  /// whose bounds are those of the convex outer adversarial polytope (Wong and Kolter 2018).
  ///
  /// `projections` is the number of random vectors that estimate the pre-activation bounds of
  /// ``ReLUSlope/same`` (Wong et al. 2018); nil to compute them. An estimate only trains: selection
  /// and certificates compute.
  case crown(kappa: Mix = .constant(0), slope: ReLUSlope = .adaptive, projections: Int? = nil)
  /// IBP with a short ramp (Shi et al. 2021): weights drawn so that intervals keep their size, and
  /// weight · (1 − ε/ε_max) times the health of the pre-activation bounds on top.
  /// While ε is 0 it is natural training; the authors' code starts with the bounds of ε = 1e-6
  /// there.
  case shortWarmup(kappa: Mix = .constant(0), weight: Float = 0.5, tolerance: Float = 0.5)
  /// Learns from attacked points, alone or beside bounds.
  case attacked(AttackedObjective)

  /// A factor that goes linearly in ε from its value at ε = 0 to that at the largest ε.
  public struct Mix: Sendable, Equatable {
    package var start: Float
    package var end: Float

    public init(from start: Float, to end: Float) {
      self.start = start
      self.end = end
    }

    public static func constant(_ value: Float) -> Mix { Mix(from: value, to: value) }

    /// start + (end − start)·ε/ε_max.
    package func value(at fraction: Float) -> Float { start + (end - start) * fraction }
  }

  /// How the backward pass of CROWN-IBP treats the margins.
  public enum MarginForm: String, Sendable, CaseIterable {
    /// One row for each other class: classes − 1 rows.
    case all
    /// One row in all, bounding Σ exp(−m) (loss fusion, Xu et al. 2020).
    case fused
  }

  package var name: String {
    switch self {
    case .natural: "natural"
    case .interval: "ibp"
    case .crownIBP: "crown-ibp"
    case .crown(_, let slope, _): slope == .same ? "convex-polytope" : "crown"
    case .shortWarmup: "short-warmup"
    case .attacked(let objective): objective.name
    }
  }

  package static let names =
    ["natural", "ibp", "short-warmup", "crown-ibp", "crown", "convex-polytope"]
    + AttackedObjective.names

  /// Whether training looks at perturbations at all.
  package var isRobust: Bool { self != .natural }

  /// By what the best epoch is chosen on the held-out examples.
  package enum Selection: Sendable, Equatable {
    case standardError
    /// By projected gradient descent.
    case attackedError
    case verifiedError(by: BoundMethod)
  }

  package var selection: Selection {
    switch self {
    case .natural: .standardError
    case .interval, .shortWarmup: .verifiedError(by: .interval)
    case .crownIBP(let beta, _, _, let slope):
      .verifiedError(by: beta.end < Self.leastBeta ? .interval : .crownIBP(slope: slope))
    case .crown(_, let slope, _): .verifiedError(by: .crown(slope: slope))
    case .attacked(let objective):
      objective.isBounding ? .verifiedError(by: .interval) : .attackedError
    }
  }

  var kappa: Mix {
    switch self {
    case .natural: .constant(1)
    case .interval(let kappa), .shortWarmup(let kappa, _, _): kappa
    case .crownIBP(_, let kappa, _, _), .crown(let kappa, _, _): kappa
    case .attacked: .constant(0)
    }
  }

  var beta: Mix {
    if case .crownIBP(let beta, _, _, _) = self { beta } else { .constant(0) }
  }

  /// The lower line of unstable ReLUs in training; the adaptive one where there is none.
  package var slope: ReLUSlope {
    switch self {
    case .crownIBP(_, _, _, let slope), .crown(_, let slope, _): slope
    default: .adaptive
    }
  }
}

/// An objective's factors at one step.
public struct ObjectivePoint: Sendable, Equatable {
  public var epsilon: Float
  public var kappa: Float
  public var beta: Float
  /// ε as a part of the largest.
  public var fraction: Float

  /// The factors of an objective at ε of a largest ε.
  package init(_ objective: Objective, epsilon: Float, largest: Float) {
    fraction = largest > 0 ? epsilon / largest : 0
    self.epsilon = epsilon
    kappa = objective.kappa.value(at: fraction)
    beta = objective.beta.value(at: fraction)
  }
}
