import Bounds

/// What APGD knows of one example: its step, and whether that still helps.
struct AdaptiveState {
  private let norm: Perturbation.Norm
  private let epsilon: Float
  private let size: Int
  private let checkpoints: Set<Int>
  /// Of the next step, in the set's norm.
  private(set) var length: Float
  /// The coordinates that share it; counts in ℓ1 only.
  private(set) var count: Int
  private var best = Float.infinity
  private var last = Float.infinity
  /// Steps since the last checkpoint, and those that made the loss smaller.
  private var (steps, gains) = (0, 0)
  private var bestAtCheckpoint = Float.infinity
  private var wasShortened = true

  init(norm: Perturbation.Norm, epsilon: Float, steps: Int, size: Int) {
    (self.norm, self.epsilon, self.size) = (norm, epsilon, size)
    length = norm == .l1 ? epsilon : 2 * epsilon
    count = max(size / 5, 1)
    checkpoints = Self.checkpoints(norm, steps)
  }

  /// In ℓ1 each twenty-fifth of the steps; else at the parts 0.22, 0.41, 0.57 … of them, the gaps
  /// falling by 0.03 down to 0.06.
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

  /// Changes the step at a checkpoint; returns whether to go on from the best point.
  ///
  /// - Parameter moved: In ℓ1, how many coordinates of the best point are not the input's.
  mutating func adapt(at step: Int, moved: Int?) -> Bool {
    guard isCheckpoint(step) else { return false }
    defer { (steps, gains, bestAtCheckpoint) = (0, 0, best) }
    if let moved { return adaptSparsity(moved) }
    let isStuck = !wasShortened && best >= bestAtCheckpoint
    wasShortened = Float(gains) < 0.75 * Float(steps) || isStuck
    if wasShortened { length /= 2 }
    return wasShortened
  }

  /// The count becomes two thirds of the coordinates in use. While they get fewer the step stays
  /// long; then it shrinks down to ε/10.
  private mutating func adaptSparsity(_ moved: Int) -> Bool {
    let next = max(Int(Float(moved) / 1.5), 1)
    let isThinning = Float(next) < 0.95 * Float(count)
    count = next
    length = isThinning ? epsilon : max(length / 1.5, epsilon / 10)
    return isThinning
  }
}
