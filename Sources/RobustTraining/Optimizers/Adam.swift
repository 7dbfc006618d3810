import RealModule
import Tensors

/// Adam (Kingma and Ba, 2015) with optional clipping of the gradient's global norm.
public struct Adam: Sendable, Equatable {
  public struct Settings: Sendable, Equatable {
    public var learningRate: Float
    public var beta1: Float = 0.9
    public var beta2: Float = 0.999
    public var epsilon: Float = 1e-8
    /// The largest Euclidean norm of the whole gradient; nil for no limit.
    public var clipNorm: Float?
    public var decay: LearningRateDecay = .constant

    public init(
      learningRate: Float = 5e-4, clipNorm: Float? = nil, decay: LearningRateDecay = .constant
    ) {
      self.learningRate = learningRate
      self.clipNorm = clipNorm
      self.decay = decay
    }
  }

  public let settings: Settings
  /// Updates done so far.
  public internal(set) var updates = 0
  /// Exponential means of the gradients and of their squares, in parameter order.
  var first: [Tensor]
  var second: [Tensor]

  public init(_ settings: Settings, for parameters: [Tensor]) {
    self.settings = settings
    first = parameters.map { .zeros($0.shape) }
    second = first
  }

  /// Updates the parameters in place and returns the norm the gradient had before clipping.
  @discardableResult
  public mutating func update(
    _ parameters: inout [Tensor], gradients: [Tensor], learningRate: Float
  ) -> Float {
    updates += 1
    let norm = Self.globalNorm(gradients)
    var scale: Float = 1
    if let limit = settings.clipNorm, norm > limit { scale = limit / norm }
    let step = AdamStep(
      learningRate: learningRate, beta1: settings.beta1, beta2: settings.beta2,
      epsilon: settings.epsilon, correction1: Self.correction(settings.beta1, updates),
      correction2: Self.correction(settings.beta2, updates), gradientScale: scale)
    for index in parameters.indices {
      step.apply(
        to: &parameters[index], first: &first[index], second: &second[index],
        gradient: gradients[index])
    }
    return norm
  }

  private static func correction(_ beta: Float, _ updates: Int) -> Float {
    Float(1 - Double.pow(Double(beta), updates))
  }

  private static func globalNorm(_ gradients: [Tensor]) -> Float {
    Float(gradients.reduce(0.0) { $0 + $1.sumOfSquares }.squareRoot())
  }
}
