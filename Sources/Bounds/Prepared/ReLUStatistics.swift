import Networks
import Tensors

/// How many ReLUs of a layer are decided by its pre-activation intervals, over some examples.
public struct ReLUStatistics: Sendable, Equatable {
  public let path: String
  /// l ≥ 0: the identity.
  public var active = 0
  /// u ≤ 0: zero.
  public var inactive = 0
  /// l < 0 < u.
  public var unstable = 0

  public var total: Int { active + inactive + unstable }

  package static func + (a: ReLUStatistics, b: ReLUStatistics) -> ReLUStatistics {
    precondition(a.path == b.path, "statistics of different layers")
    return ReLUStatistics(
      path: a.path, active: a.active + b.active, inactive: a.inactive + b.inactive,
      unstable: a.unstable + b.unstable)
  }
}

extension Bounding {
  /// Counts for every ReLU layer, summed over the batch.
  public var reluStatistics: [ReLUStatistics] {
    plan.steps.compactMap { step in
      guard step.layer is ReLU, step.inputs[0] < regions.count else { return nil }
      let box = regions[step.inputs[0]].box
      var counts = ReLUStatistics(path: step.path)
      box.center.detached.read { center in
        box.radius.detached.read { radius in
          for i in 0..<center.count {
            if center[i] >= radius[i] {
              counts.active += 1
            } else if center[i] <= -radius[i] {
              counts.inactive += 1
            } else {
              counts.unstable += 1
            }
          }
        }
      }
      return counts
    }
  }
}
