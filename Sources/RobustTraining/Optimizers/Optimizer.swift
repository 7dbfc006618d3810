import Datasets
import RealModule
import Tensors

/// What turns gradients into updates: Adam (Kingma and Ba 2015), AdamW (Loshchilov and Hutter 2019)
/// or stochastic gradient descent with momentum, with optional clipping of the gradient's global
/// norm.
public struct Optimizer: Sendable, Equatable {
  public enum Rule: Sendable, Equatable {
    case adam
    /// v ← momentum · v + g; the parameters move by −rate · v, or by −rate · (g + momentum · v)
    /// (Nesterov).
    case descent(momentum: Float, nesterov: Bool)
  }

  public struct Settings: Sendable, Equatable {
    public var rule: Rule
    public var learningRate: Float
    public var beta1: Float = 0.9
    public var beta2: Float = 0.999
    public var epsilon: Float = 1e-8
    /// Each step shrinks the parameters by rate · weightDecay, apart from the gradient (AdamW).
    public var weightDecay: Float
    /// l1 · Σ|w| over weights, not biases, is added to the loss.
    public var l1: Float
    /// The largest Euclidean norm of the whole gradient; nil for no limit.
    public var clipNorm: Float?
    public var decay: LearningRateDecay
    /// The epoch (from 1) from whose end on the weights are averaged over epochs, and the average
    /// is what is judged and kept; nil for no average.
    public var averageFrom: Int?

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

    /// - Throws: ``InvalidValue`` for a number out of range.
    package func validate() throws(InvalidValue) {
      try InvalidValue.check("learning rate", learningRate, .positive)
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

    /// As recipes write it.
    package var name: String {
      switch rule {
      case .adam: weightDecay > 0 ? "adamw" : "adam"
      case .descent: "sgd"
      }
    }
  }

  package let settings: Settings
  /// Updates done so far.
  package internal(set) var updates = 0
  /// Exponential means of the gradients and of their squares, in parameter order; for descent the
  /// velocities, and nothing.
  var first: [Tensor]
  var second: [Tensor]

  package init(_ settings: Settings, for parameters: [Tensor]) {
    self.settings = settings
    first = parameters.map { .zeros($0.shape) }
    second = settings.rule == .adam ? first : []
  }

  /// Updates the parameters in place and returns the norm the gradient had before clipping.
  @discardableResult
  package mutating func update(
    _ parameters: inout [Tensor], gradients: [Tensor], learningRate: Float
  ) -> Float {
    updates += 1
    let gradients = settings.l1 > 0 ? penalized(gradients, parameters) : gradients
    let norm = Self.globalNorm(gradients)
    var scale: Float = 1
    if let limit = settings.clipNorm, norm > limit { scale = limit / norm }
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

  private func penalized(_ gradients: [Tensor], _ parameters: [Tensor]) -> [Tensor] {
    zip(gradients, parameters).map { gradient, parameter in
      parameter.shape.count > 1 ? gradient + parameter.signs * settings.l1 : gradient
    }
  }

  private static func correction(_ beta: Float, _ updates: Int) -> Float {
    Float(1 - Double.pow(Double(beta), updates))
  }

  private static func globalNorm(_ gradients: [Tensor]) -> Float {
    Float(gradients.reduce(0.0) { $0 + $1.sumOfSquares }.squareRoot())
  }
}
