import Bounds

/// What APGD knows of one example: the length of its step, and whether that still helps.
///
/// In ℓ∞ and ℓ2 the length begins at 2ε. At a checkpoint it is halved, and the descent goes back to
/// the best point, if one of two things holds: fewer than three quarters of the steps since the
/// last checkpoint made the loss smaller, or the length was not halved there and yet the best loss
/// is still the same.
///
/// In ℓ1 the length begins at ε, and what adapts first is the number of coordinates that share a
/// step.
struct AdaptiveState {
  /// The norm of the set.
  private let norm: Perturbation.Norm
  /// ε of the set.
  private let epsilon: Float
  /// The number of coordinates of an input.
  private let size: Int
  /// The steps before which the length may change.
  private let checkpoints: Set<Int>
  /// The length of the next step, in the set's norm.
  private(set) var length: Float
  /// The number of coordinates that share the next step; it counts in ℓ1 only.
  private(set) var count: Int
  /// The least loss so far.
  private var best = Float.infinity
  /// The loss a step before.
  private var last = Float.infinity
  /// The steps since the last checkpoint, and those of them that made the loss smaller.
  private var (steps, gains) = (0, 0)
  /// The least loss up to the last checkpoint.
  private var bestAtCheckpoint = Float.infinity
  /// Whether the last checkpoint halved the length; true at first, so that the first one needs no
  /// earlier loss.
  private var wasShortened = true

  /// Starts before the first step.
  ///
  /// - Parameters:
  ///   - steps: The number of steps of the descent, which places the checkpoints.
  ///   - size: The number of coordinates of an input.
  init(norm: Perturbation.Norm, epsilon: Float, steps: Int, size: Int) {
    (self.norm, self.epsilon, self.size) = (norm, epsilon, size)
    length = norm == .l1 ? epsilon : 2 * epsilon
    count = max(size / 5, 1)
    checkpoints = Self.checkpoints(norm, steps)
  }

  /// The checkpoints of a descent: in ℓ1 each twenty-fifth of the steps; else at the parts 0.22,
  /// 0.41, 0.57 … of them, the gaps falling by 0.03 down to 0.06.
  private static func checkpoints(_ norm: Perturbation.Norm, _ steps: Int) -> Set<Int> {
    if norm == .l1 { return Set(stride(from: 0, to: steps, by: max(steps / 25, 1)).dropFirst()) }
    var (part, gap, result): (Float, Float, Set<Int>) = (0.22, 0.22, [])
    while part < 1 {
      result.insert(Int((part * Float(steps)).rounded(.up)))
      gap = max(gap - 0.03, 0.06)
      part += gap
    }
    return result
  }

  /// Whether a step (from 0) begins with a change of lengths.
  func isCheckpoint(_ step: Int) -> Bool { checkpoints.contains(step) }

  /// Notes the loss at a point; returns whether it is the least so far.
  mutating func note(_ loss: Float) -> Bool {
    steps += 1
    if loss < last { gains += 1 }
    last = loss
    guard loss < best else { return false }
    best = loss
    return true
  }

  /// Changes the step at a checkpoint; elsewhere it does nothing.
  ///
  /// - Parameters:
  ///   - step: The step that comes next, from 0.
  ///   - moved: In ℓ1, how many coordinates of the best point are not the input's; nil in other
  ///     norms.
  /// - Returns: Whether to go on from the best point.
  mutating func adapt(at step: Int, moved: Int?) -> Bool {
    guard isCheckpoint(step) else { return false }
    defer { (steps, gains, bestAtCheckpoint) = (0, 0, best) }
    if let moved { return adaptSparsity(moved) }
    let isStuck = !wasShortened && best >= bestAtCheckpoint
    wasShortened = Float(gains) < 0.75 * Float(steps) || isStuck
    if wasShortened { length /= 2 }
    return wasShortened
  }

  /// Changes the step in ℓ1: the count becomes two thirds of the coordinates in use. While they get
  /// fewer the step stays long; then it shrinks down to ε/10.
  private mutating func adaptSparsity(_ moved: Int) -> Bool {
    let next = max(Int(Float(moved) / 1.5), 1)
    let isThinning = Float(next) < 0.95 * Float(count)
    count = next
    length = isThinning ? epsilon : max(length / 1.5, epsilon / 10)
    return isThinning
  }
}
