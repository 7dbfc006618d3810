import Bounds
import Networks
import Tensors

/// Projected gradient descent (Madry et al. 2018) on the smallest margin, from random starts.
///
/// Finds wrong answers inside the perturbation set: what it breaks is certainly not robust. The
/// margin does not saturate as cross-entropy does.
public struct ProjectedGradientDescent: Sendable, Equatable {
  public var steps: Int
  public var restarts: Int
  /// Length of a step as a fraction of ε; nil for 2.5/steps.
  public var relativeStep: Float?

  public init(steps: Int = 200, restarts: Int = 10, relativeStep: Float? = nil) {
    self.steps = steps
    self.restarts = restarts
    self.relativeStep = relativeStep
  }

  /// Attacks a batch once, from random starts in the set.
  ///
  /// - Parameters:
  ///   - images: [batch, …input shape].
  /// - Returns: For each example an input in the set with another answer than the label, or nil.
  public func attack(
    _ network: Network, _ images: Tensor, labels: [Int], within set: Perturbation,
    using random: inout RandomSource
  ) -> [Tensor?] {
    let projection = SetProjection(set, around: images)
    var found = [Tensor?](repeating: nil, count: labels.count)
    var current = projection.project(projection.randomPoint(using: &random))
    let step = set.epsilon * (relativeStep ?? 2.5 / Float(max(steps, 1)))
    for iteration in 0...steps {
      let (logits, gradient) = marginGradient(network, current, labels)
      for (example, prediction) in logits.argmaxOfRows.enumerated()
      where prediction != labels[example] && prediction >= 0 && found[example] == nil {
        found[example] = current.rows(example..<example + 1)
      }
      if iteration == steps || found.allSatisfy({ $0 != nil }) { break }
      current = projection.project(current - projection.direction(gradient) * step)
    }
    return found
  }

  /// Logits, and the gradient of z_y − max_{j ≠ y} z_j with respect to the inputs.
  private func marginGradient(
    _ network: Network, _ inputs: Tensor, _ labels: [Int]
  ) -> (logits: Tensor, gradient: Tensor) {
    var logits = Tensor.zeros([0])
    let result = withGradients(at: [inputs]) { watched in
      let output = network(watched[0])
      logits = output.detached
      return output.scaled(by: Self.marginWeights(logits, labels)).sum()
    }
    return (logits, result.gradients[0])
  }

  /// +1 at the label and −1 at the largest other logit, [batch, classes].
  private static func marginWeights(_ logits: Tensor, _ labels: [Int]) -> Tensor {
    let classes = logits.shape[1]
    var weights = [Float](repeating: 0, count: logits.count)
    logits.withUnsafeScalars { scalars in
      for (example, label) in labels.enumerated() {
        let row = example * classes
        var rival = label == 0 ? 1 : 0
        for j in 0..<classes where j != label && scalars[row + j] > scalars[row + rival] {
          rival = j
        }
        weights[row + label] = 1
        weights[row + rival] = -1
      }
    }
    return Tensor(shape: logits.shape, weights)
  }
}

/// Geometry of a perturbation set around a batch, as an attack needs it.
struct SetProjection {
  private let set: Perturbation
  private let center: Tensor
  private let box: (lower: Tensor, upper: Tensor)

  init(_ set: Perturbation, around center: Tensor) {
    self.set = set
    self.center = center
    let everything = -Float.greatestFiniteMagnitude...Float.greatestFiniteMagnitude
    box = boxBounds(center, epsilon: set.epsilon, domain: set.domain ?? everything)
  }

  /// A uniform point of the ℓ∞ box; for other norms, one scaled into the ball.
  func randomPoint(using random: inout RandomSource) -> Tensor {
    switch set.norm {
    case .linf:
      center + .uniform(center.shape, in: -set.epsilon...set.epsilon, using: &random)
    case .l2, .l1:
      center + Tensor.normal(center.shape, standardDeviation: 1, using: &random).unitRows
        * (set.epsilon * random.uniform())
    }
  }

  func project(_ point: Tensor) -> Tensor {
    switch set.norm {
    case .linf: point.clamped(lower: box.lower, upper: box.upper)
    case .l2: center + (point - center).projectedRowsL2(epsilon: set.epsilon)
    case .l1: center + (point - center).projectedRowsL1(epsilon: set.epsilon)
    }
  }

  /// The direction of a step: the sign for ℓ∞, the normalised gradient for the others.
  func direction(_ gradient: Tensor) -> Tensor {
    set.norm == .linf ? gradient.signs : gradient.unitRows
  }
}
