import Bounds
import Networks
import Relaxations
import Tensors

/// What training minimises on a batch: the loss as a function of the network, the batch and ε.
///
/// In the equations z = f(x) are the logits of the clean input x with label y, CE is the
/// cross-entropy averaged over the batch, and m̲ are lower bounds of the margins z_y − z_j over the
/// perturbation set. `CE(−m̲)` is the cross-entropy of −m̲ with 0 in the label's place,
/// `log(1 + Σ_j exp(−m̲_j))`. Since the margins can be no smaller, it is an upper bound of the
/// cross-entropy at every point of the set: pushing it down makes the network certifiably robust.
///
/// The objectives differ in how they get m̲, or in taking points that an attack finds instead of
/// bounds. Tighter bounds cost more, and are not always better to train with.
///
/// At ε = 0 each of them is the natural cross-entropy, which bounds equal there. ε and the factors
/// κ and β of a step come as an ``ObjectivePoint``. What the best epoch is chosen by depends on the
/// objective too (`selection`).
public enum Objective: Sendable, Equatable {
  /// The cross-entropy on clean inputs, CE(z, y): no robustness is asked for.
  case natural
  /// Interval bound propagation, `κ·CE(z, y) + (1 − κ)·CE(−m̲)` with interval margins m̲ (Gowal et
  /// al. 2018).
  ///
  /// It costs two forward passes, centre and radius, and a third for κ above 0.
  case interval(kappa: Mix = .constant(0))
  /// CROWN-IBP, the same loss with `m̲ = β·m̲_CROWN-IBP + (1 − β)·m̲_IBP` (Zhang et al. 2020).
  ///
  /// CROWN-IBP bounds all pre-activations by intervals and the margins by one backward pass of
  /// linear relaxation. Its tighter margins stabilise training while ε is small and intervals are
  /// loose; with β from 1 to 0 training ends with intervals alone. Steps with β below 1e-5 cost no
  /// backward pass.
  case crownIBP(
    beta: Mix = Mix(from: 1, to: 0), kappa: Mix = .constant(0), margins: MarginForm = .all,
    slope: ReLUSlope = .adaptive)

  /// Full CROWN, `κ·CE(z, y) + (1 − κ)·CE(−m̲)` with backward passes for every pre-activation bound
  /// too, on the neurons that intervals leave undecided.
  ///
  /// With `ReLUSlope.same` it is Fast-Lin (Weng et al. 2018), whose bounds are those
  /// of the convex outer adversarial polytope (Wong and Kolter 2018).
  ///
  /// - Parameter projections: The number of random vectors that estimate the pre-activation bounds
  ///   of `ReLUSlope.same` (Wong et al. 2018); nil to compute them. An estimate only
  ///   trains: selection and certificates compute.
  case crown(kappa: Mix = .constant(0), slope: ReLUSlope = .adaptive, projections: Int? = nil)
  /// IBP with a short ramp (Shi et al. 2021),
  /// `κ·CE(z, y) + (1 − κ)·(CE(−m̲) + weight·(1 − ε/ε_max)·H)` with interval margins m̲ and the
  /// health H of the pre-activation bounds.
  ///
  /// The health is a regulariser, small where intervals do not grow from layer to layer and active
  /// and inactive ReLUs balance. Ratios above `tolerance` cost nothing. The method also draws the
  /// weights so that intervals keep their size, which is up to whoever makes the network.
  ///
  /// While ε is 0 it is natural training; the authors' code starts with the bounds of ε = 1e-6
  /// there.
  case shortWarmup(kappa: Mix = .constant(0), weight: Float = 0.5, tolerance: Float = 0.5)
  /// Objectives that learn from attacked points, alone or beside bounds.
  case attacked(AttackedObjective)

  /// A factor of an objective that goes linearly in ε from its value at ε = 0 to that at the
  /// largest ε.
  ///
  /// As it follows ε and not the step, a smoothed ramp smooths it too, and it stays at its end when
  /// the ramp is over.
  public struct Mix: Sendable, Equatable {
    /// The value at ε = 0.
    package var start: Float
    /// The value at the largest ε.
    package var end: Float

    /// Creates a factor from its two ends, each from 0 to 1 (`Objective.validate()`).
    public init(from start: Float, to end: Float) {
      self.start = start
      self.end = end
    }

    /// A factor that is the same at every ε.
    public static func constant(_ value: Float) -> Mix { Mix(from: value, to: value) }

    /// Returns `start + (end − start)·ε/ε_max`.
    ///
    /// - Parameter fraction: ε/ε_max, from 0 to 1.
    package func value(at fraction: Float) -> Float { start + (end - start) * fraction }
  }

  /// How the backward pass of CROWN-IBP treats the margins.
  public enum MarginForm: String, Sendable, CaseIterable {
    /// One row for each other class: as many as there are classes, less one.
    case all
    /// One row in all, which bounds Σ exp(−m) (loss fusion, Xu et al. 2020): a backward pass costs
    /// the same for any number of classes.
    case fused
  }

  /// The name in recipes, one of ``names``. Full CROWN with parallel lines has a separate name,
  /// that of the convex polytope.
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

  /// The names of all objectives, as recipes write them.
  package static let names =
    ["natural", "ibp", "short-warmup", "crown-ibp", "crown", "convex-polytope"]
    + AttackedObjective.names

  /// Whether training looks at perturbations at all.
  package var isRobust: Bool { self != .natural }

  /// The error on the held-out examples by which the best epoch is chosen. All are judged at
  /// ``TrainingPlan/selectionEpsilon``.
  package enum Selection: Sendable, Equatable {
    /// The fraction misclassified without perturbation.
    case standardError
    /// The fraction for which projected gradient descent finds a wrong answer.
    case attackedError
    /// The fraction that a method does not certify.
    case verifiedError(by: BoundMethod)
  }

  /// What the best epoch is chosen by: the error that the objective makes small in the end.
  ///
  /// Natural training is judged by its standard error, objectives with bounds by the certified
  /// error of the method they train with, and attacks alone by their attacked error. CROWN-IBP
  /// whose β ends at 0 has trained intervals when the ramp is over, so it is judged by intervals.
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

  /// The weight κ of the natural loss; attacked objectives have none.
  var kappa: Mix {
    switch self {
    case .natural: .constant(1)
    case .interval(let kappa), .shortWarmup(let kappa, _, _): kappa
    case .crownIBP(_, let kappa, _, _), .crown(let kappa, _, _): kappa
    case .attacked: .constant(0)
    }
  }

  /// The weight β of CROWN-IBP's margins; 0 for other objectives.
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

/// An objective's factors at one step: ε and what follows from it.
///
/// `TrainingPlan.point(atStep:stepsPerEpoch:)` makes one for each step from the schedule, and the
/// loss of a batch depends on the schedule by it alone.
public struct ObjectivePoint: Sendable, Equatable {
  /// ε of the step, in raw pixel units.
  public var epsilon: Float
  /// The weight of the natural loss, from 0 to 1.
  public var kappa: Float
  /// The weight of CROWN-IBP's margins, from 0 to 1.
  public var beta: Float
  /// ε as a fraction of the largest ε, from 0 to 1.
  public var fraction: Float

  /// The factors of an objective at an ε.
  ///
  /// - Parameter largest: The largest ε of the training; where it is 0, the fraction is 0 too.
  package init(_ objective: Objective, epsilon: Float, largest: Float) {
    fraction = largest > 0 ? epsilon / largest : 0
    self.epsilon = epsilon
    kappa = objective.kappa.value(at: fraction)
    beta = objective.beta.value(at: fraction)
  }
}
