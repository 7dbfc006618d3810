import Bounds
import Networks
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

  /// The same with full CROWN: backward passes for every pre-activation bound too, on the neurons that
  /// intervals leave undecided. With ``ReLUSlope/same`` it is Fast-Lin (Weng et al. 2018), whose bounds
  /// are those of the convex outer adversarial polytope (Wong and Kolter 2018).
  ///
  /// `projections` is the number of random vectors that estimate the pre-activation bounds of
  /// ``ReLUSlope/same`` (Wong et al. 2018); nil to compute them. An estimate only trains: selection and
  /// certificates compute.
  case crown(kappa: Mix = .constant(0), slope: ReLUSlope = .adaptive, projections: Int? = nil)
  /// IBP with a short ramp (Shi et al. 2021): weights drawn so that intervals keep their size, and
  /// weight · (1 − ε/ε_max) times ``BoundPropagation/preactivationHealth(tolerance:)`` on top.
  case shortWarmup(kappa: Mix = .constant(0), weight: Float = 0.5, tolerance: Float = 0.5)
  /// Learns from attacked points, alone or beside bounds.
  case attacked(AttackedObjective)

  /// A factor that goes linearly in ε from its value at ε = 0 to that at the largest ε.
  public struct Mix: Sendable, Equatable {
    public var start: Float
    public var end: Float

    public init(from start: Float, to end: Float) {
      self.start = start
      self.end = end
    }

    public static func constant(_ value: Float) -> Mix { Mix(from: value, to: value) }

    /// start + (end − start)·ε/ε_max.
    public func value(at fraction: Float) -> Float { start + (end - start) * fraction }
  }

  /// How the backward pass of CROWN-IBP treats the margins.
  public enum MarginForm: String, Sendable, CaseIterable {
    /// One row for each other class: classes − 1 rows.
    case all
    /// One row in all, bounding Σ exp(−m) (loss fusion, Xu et al. 2020).
    case fused
  }

  public var name: String {
    switch self {
    case .natural: "natural"
    case .interval: "ibp"
    case .crownIBP: "crown-ibp"
    case .crown(_, let slope, _): slope == .same ? "convex-polytope" : "crown"
    case .shortWarmup: "short-warmup"
    case .attacked(let objective): objective.name
    }
  }

  public static let names =
    ["natural", "ibp", "short-warmup", "crown-ibp", "crown", "convex-polytope"]
    + AttackedObjective.names

  /// The settings that an objective of a name has, as recipes write them.
  static func settings(of name: String) -> [String] {
    switch name {
    case "natural": []
    case "ibp": ["kappa"]
    case "short-warmup": ["kappa", "weight", "tolerance"]
    case "crown-ibp": ["kappa", "beta", "margins", "slope"]
    case "crown": ["kappa", "slope"]
    case "convex-polytope": ["kappa", "projections"]
    case "pgd": ["attack"]
    case "trades": ["weight", "attack"]
    case "sabr": ["share", "attack"]
    default: ["alpha", "attack"]
    }
  }

  /// Whether training looks at perturbations at all.
  public var isRobust: Bool { self != .natural }

  /// By what the best epoch is chosen on the held-out examples.
  public enum Selection: Sendable, Equatable {
    case standardError
    /// By projected gradient descent.
    case attackedError
    case verifiedError(by: BoundMethod)
  }

  public var selection: Selection {
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
}

/// An objective's factors at one step.
public struct ObjectivePoint: Sendable, Equatable {
  public var epsilon: Float
  public var kappa: Float
  public var beta: Float
  /// ε as a part of the largest.
  public var fraction: Float

  /// The factors of an objective at ε of a largest ε.
  public init(_ objective: Objective, epsilon: Float, largest: Float) {
    fraction = largest > 0 ? epsilon / largest : 0
    self.epsilon = epsilon
    kappa = objective.kappa.value(at: fraction)
    beta = objective.beta.value(at: fraction)
  }
}

/// The loss of a batch and what the computation shows by the way.
public struct BatchLoss: Sendable {
  /// A scalar.
  public var value: Tensor
  /// Margin lower bounds [batch, classes − 1], detached; nil for the natural loss.
  public var margins: Tensor?
  /// Of the BatchNorm layers after this batch, in order.
  public var statistics: [RunningStatistics] = []
}

extension Objective {
  /// β below this costs no backward pass.
  static let leastBeta: Float = 1e-5
  /// Rows of a backward pass for pre-activation bounds that are carried at once.
  private static let rowLimit = 256

  /// The loss of a network on a batch; at ε = 0 the clean cross-entropy, which bounds equal there.
  ///
  /// BatchNorm layers take their statistics from the clean pass, for bounds and attacks too.
  /// - Parameter random: Of the attacks; the same gives the same points.
  /// Throws ``BoundsError`` for a layer without bound rules.
  public func loss(
    of network: Network, on images: Tensor, labels: [Int], within set: Perturbation,
    at point: ObjectivePoint, random: RandomSource = RandomSource(seed: 0)
  ) throws -> BatchLoss {
    guard network.usesBatchStatistics else {
      return try loss(of: network, on: images, labels, set, point, random) { network(images) }
    }
    let observed = network.withStatistics(of: images)
    var loss = try loss(of: observed.network, on: images, labels, set, point, random) {
      observed.outputs
    }
    loss.statistics = observed.running
    return loss
  }

  /// - Parameter outputs: The clean outputs, computed where they are needed.
  private func loss(
    of network: Network, on images: Tensor, _ labels: [Int], _ set: Perturbation,
    _ point: ObjectivePoint, _ random: RandomSource, outputs: () -> Tensor
  ) throws -> BatchLoss {
    guard isRobust, point.epsilon > 0, point.kappa < 1 else {
      return BatchLoss(value: crossEntropy(outputs(), labels: labels))
    }
    if case .attacked(let objective) = self {
      var random = random
      return try objective.loss(
        of: network, on: images, labels, within: set.withEpsilon(point.epsilon), using: &random,
        outputs: outputs)
    }
    var robust = try robustLoss(
      of: network, on: images, labels, within: set, at: point, random)
    if point.kappa > 0 {
      let natural = crossEntropy(outputs(), labels: labels)
      robust.value = natural * point.kappa + robust.value * (1 - point.kappa)
    }
    return robust
  }

  private func robustLoss(
    of network: Network, on images: Tensor, _ labels: [Int], within set: Perturbation,
    at point: ObjectivePoint, _ random: RandomSource
  ) throws -> BatchLoss {
    let region = set.withEpsilon(point.epsilon).region(around: images)
    var bounds = try BoundPropagation(network, on: region)
    let specification = Specification.margins(of: labels, classes: network.classes)
    if case .crown(_, let slope, let projections) = self {
      if let projections {
        var random = random
        try bounds.estimatePreactivations(projections: projections, using: &random)
      } else {
        bounds.tightenPreactivations(slope: slope, rowLimit: Self.rowLimit)
      }
      let margins = bounds.linearBounds(specification, slope: slope)
      return BatchLoss(value: marginCrossEntropy(margins), margins: margins.detached)
    }
    if case .shortWarmup(_, let weight, let tolerance) = self {
      let margins = bounds.intervalBounds(specification)
      let health = bounds.preactivationHealth(tolerance: tolerance)
      return BatchLoss(
        value: marginCrossEntropy(margins) + health * (weight * (1 - point.fraction)),
        margins: margins.detached)
    }
    guard case .crownIBP(_, _, let form, let slope) = self, point.beta >= Self.leastBeta else {
      let margins = bounds.intervalBounds(specification)
      return BatchLoss(value: marginCrossEntropy(margins), margins: margins.detached)
    }
    switch form {
    case .all:
      let both = bounds.marginBounds(specification, slope: slope, beta: point.beta)
      return BatchLoss(value: marginCrossEntropy(both), margins: both.detached)
    case .fused:
      let fused = bounds.fusedLoss(specification, slope: slope, beta: point.beta)
      return BatchLoss(value: fused.loss, margins: fused.intervalMargins.detached)
    }
  }
}
