import Datasets
import RealModule
import Tensors

/// What turns gradients into updates of the parameters, with the state that this takes.
///
/// There are two rules: Adam (Kingma and Ba 2015), which with weight decay is AdamW (Loshchilov and
/// Hutter 2019), and stochastic gradient descent with momentum. With w the parameters, g the
/// gradient of the mean loss of a step, and η the learning rate of the epoch, one update does this,
/// in this order:
///
/// 1. Adds `l1 · sign(w)` to the gradient of every weight (tensors of more than one axis).
/// 2. Scales the whole gradient by `min(1, clipNorm / ‖g‖₂)`, where the norm is over all parameters
///    together.
/// 3. Shrinks all parameters by the factor `1 − η · weightDecay`, apart from the gradient.
/// 4. Moves them by the rule.
///
/// Adam keeps means of the gradients and of their squares, elementwise, with t the number of
/// updates:
///
///     m ← β₁ m + (1 − β₁) g        v ← β₂ v + (1 − β₂) g²
///     w ← w − η · (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)
///
/// An optimiser is a value that a ``TrainingRun`` holds; its means and its count of updates are
/// part of a checkpoint, since the next update depends on them.
public struct Optimizer: Sendable, Equatable {
  /// How a clipped gradient moves the parameters.
  public enum Rule: Sendable, Equatable {
    /// Adam: each parameter moves by its mean gradient over the root of its mean square, so that
    /// the size of the loss and of a layer's gradients hardly matters.
    case adam
    /// Descent with momentum μ, which keeps a velocity v: `v ← μ v + g`.
    ///
    /// The parameters move by `−η · v`, or with `nesterov` by `−η · (g + μ v)`, the velocity of one
    /// step ahead. The velocity starts at 0, and no factor `1 − μ` damps the gradient, as PyTorch
    /// has it.
    case descent(momentum: Float, nesterov: Bool)
  }

  /// All numbers of an optimiser, as recipes give them.
  ///
  /// The learning rate and the weight decay are per update, not per epoch or example.
  public struct Settings: Sendable, Equatable {
    /// The rule that moves the parameters.
    public var rule: Rule
    /// The learning rate of the first epoch, before any ``decay``: the length of Adam's steps in
    /// each parameter, or what descent multiplies the velocity by.
    public var learningRate: Float
    /// The share of the past in Adam's mean of the gradients, β₁.
    public var beta1: Float = 0.9
    /// The share of the past in Adam's mean of the squared gradients, β₂.
    public var beta2: Float = 0.999
    /// What Adam adds to the root of the mean square, so that parameters with hardly any gradient
    /// take no large steps. It has nothing to do with the ε of a perturbation set.
    public var epsilon: Float = 1e-8
    /// How fast parameters shrink: each update multiplies all of them, biases included, by
    /// `1 − rate · weightDecay`.
    ///
    /// The decay is apart from the gradient, so that Adam's scaling does not touch it (AdamW).
    /// Descent has it in the same way.
    public var weightDecay: Float
    /// The weight of `l1 · Σ|w|` that is added to the loss, over weights but not over biases or the
    /// scales of BatchNorm.
    ///
    /// It enters as the gradient `l1 · sign(w)`; reported losses do not contain it.
    public var l1: Float
    /// The largest Euclidean norm that the gradient of all parameters together may have; a longer
    /// one is scaled down to it. nil stands for no limit.
    public var clipNorm: Float?
    /// How the learning rate falls from epoch to epoch.
    public var decay: LearningRateDecay
    /// The epoch (from 1) from whose end on the weights are averaged over the ends of epochs
    /// (stochastic weight averaging, Izmailov et al. 2018); nil for no average.
    ///
    /// From then on the average is the network that is judged and kept, while training goes on with
    /// the parameters themselves.
    public var averageFrom: Int?

    /// Creates settings; what is left out is plain Adam at a constant rate.
    public init(
      _ rule: Rule = .adam, learningRate: Float = 5e-4, weightDecay: Float = 0, l1: Float = 0,
      clipNorm: Float? = nil, decay: LearningRateDecay = .constant, averageFrom: Int? = nil
    ) {
      self.rule = rule
      self.learningRate = learningRate
      self.weightDecay = weightDecay
      self.l1 = l1
      self.clipNorm = clipNorm
      self.decay = decay
      self.averageFrom = averageFrom
    }

    /// Checks the numbers, those of the rule and of the decay included.
    ///
    /// - Throws: ``InvalidValue`` for a number out of range.
    package func validate() throws(InvalidValue) {
      try InvalidValue.check("learning rate", learningRate, .positive)
      try InvalidValue.check("beta1 of Adam", beta1, .belowOne)
      try InvalidValue.check("beta2 of Adam", beta2, .belowOne)
      try InvalidValue.check("epsilon of Adam", epsilon, .positive)
      try InvalidValue.check("weight decay", weightDecay, .notNegative)
      try InvalidValue.check("weight of l1", l1, .notNegative)
      if let clipNorm { try InvalidValue.check("largest norm", clipNorm, .positive) }
      if case .descent(let momentum, _) = rule {
        try InvalidValue.check("momentum", momentum, .belowOne)
      }
      if let averageFrom {
        try InvalidValue.check(
          "epoch that averages begin with", averageFrom, in: Schedule.epochLimits)
      }
      try decay.validate()
    }

    /// The name of the rule in recipes: "adam", "adamw" (Adam with weight decay) or "sgd".
    package var name: String {
      switch rule {
      case .adam: weightDecay > 0 ? "adamw" : "adam"
      case .descent: "sgd"
      }
    }
  }

  /// The numbers that it was made with.
  package let settings: Settings
  /// The number of updates done so far, t in Adam's corrections.
  package internal(set) var updates = 0
  /// The exponential means of the gradients (Adam) or the velocities (descent), one tensor for each
  /// parameter, in the parameters' order and shapes.
  var first: [Tensor]
  /// The exponential means of the squared gradients; empty for descent.
  var second: [Tensor]

  /// Creates an optimiser whose means are 0.
  ///
  /// - Parameter parameters: The parameters that it is going to update; only their number, order
  ///   and shapes matter.
  package init(_ settings: Settings, for parameters: [Tensor]) {
    self.settings = settings
    first = parameters.map { .zeros($0.shape) }
    second = settings.rule == .adam ? first : []
  }

  /// Does one update, in place.
  ///
  /// - Parameters:
  ///   - parameters: Tensors in the order and of the shapes that the optimiser was made for.
  ///   - gradients: The gradients of the loss, one for each parameter.
  ///   - learningRate: The rate of this update, ``Settings/decay`` included; that of the settings
  ///     is not looked at.
  /// - Returns: The Euclidean norm of the gradient before clipping, with the part of
  ///   ``Settings/l1``. Where it is NaN or infinite, nothing was changed: the update would spoil
  ///   the parameters for good.
  @discardableResult
  package mutating func update(
    _ parameters: inout [Tensor], gradients: [Tensor], learningRate: Float
  ) -> Float {
    let gradients = settings.l1 > 0 ? penalized(gradients, parameters) : gradients
    let norm = Self.globalNorm(gradients)
    guard norm.isFinite else { return norm }
    updates += 1
    var scale: Float = 1
    if let limit = settings.clipNorm, norm > limit { scale = limit / norm }
    // Decay comes before the move, as in AdamW: it shrinks the parameters that the gradient is of.
    if settings.weightDecay > 0 {
      let kept = 1 - learningRate * settings.weightDecay
      for index in parameters.indices { parameters[index] = parameters[index] * kept }
    }
    switch settings.rule {
    case .adam: adam(&parameters, gradients, learningRate, scale)
    case .descent(let momentum, let nesterov):
      for (index, gradient) in gradients.enumerated() {
        let g = gradient * scale
        first[index] = first[index] * momentum + g
        let direction = nesterov ? g + first[index] * momentum : first[index]
        parameters[index] = parameters[index] - direction * learningRate
      }
    }
    return norm
  }

  /// Adam's move of every parameter, with the corrections for means that started at 0.
  private mutating func adam(
    _ parameters: inout [Tensor], _ gradients: [Tensor], _ learningRate: Float, _ scale: Float
  ) {
    let step = AdamStep(
      learningRate: learningRate, beta1: settings.beta1, beta2: settings.beta2,
      epsilon: settings.epsilon, correction1: Self.correction(settings.beta1, updates),
      correction2: Self.correction(settings.beta2, updates), gradientScale: scale)
    for index in parameters.indices {
      step.apply(
        to: &parameters[index], first: &first[index], second: &second[index],
        gradient: gradients[index])
    }
  }

  /// The gradients with those of `l1 · Σ|w|`; biases and other tensors of one axis keep theirs.
  /// Where w is 0 the sign is 0.
  private func penalized(_ gradients: [Tensor], _ parameters: [Tensor]) -> [Tensor] {
    zip(gradients, parameters).map { gradient, parameter in
      parameter.shape.count > 1 ? gradient + parameter.signs * settings.l1 : gradient
    }
  }

  /// 1 − βᵗ: what an exponential mean that started at 0 has of its weight after t updates. It is
  /// computed in Double, since βᵗ is close to 1 in the first updates.
  private static func correction(_ beta: Float, _ updates: Int) -> Float {
    Float(1 - Double.pow(Double(beta), updates))
  }

  /// The Euclidean norm of all gradients as one vector; sums are in Double.
  private static func globalNorm(_ gradients: [Tensor]) -> Float {
    Float(gradients.reduce(0.0) { $0 + $1.sumOfSquares }.squareRoot())
  }
}
