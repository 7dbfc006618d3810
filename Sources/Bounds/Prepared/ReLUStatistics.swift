import Networks
import Tensors

/// How many ReLUs of a layer are decided by its pre-activation bounds [l, u], over some examples.
///
/// Robust training makes most ReLUs of a network decided, and the share of unstable ones shows how
/// much a relaxation can lose. Reports of models and the log of a training run show these counts,
/// and training finds dead ReLU layers by them.
public struct ReLUStatistics: Sendable, Equatable {
  /// The layer's name, as in parameter paths.
  public let path: String
  /// Neurons with l ≥ 0, on which ReLU is the identity; those with l = u = 0 count here.
  public var active = 0
  /// Neurons with u ≤ 0, on which ReLU is zero.
  public var inactive = 0
  /// Neurons with l < 0 < u, whose sign is open; those with a bound that is NaN count here, too.
  public var unstable = 0

  /// The number of neurons times the number of examples.
  public var total: Int { active + inactive + unstable }

  /// Adds the counts of the same layer over other examples.
  ///
  /// - Precondition: Both are of the layer with the same path.
  package static func + (a: ReLUStatistics, b: ReLUStatistics) -> ReLUStatistics {
    precondition(a.path == b.path, "statistics of different layers")
    return ReLUStatistics(
      path: a.path, active: a.active + b.active, inactive: a.inactive + b.inactive,
      unstable: a.unstable + b.unstable)
  }
}

extension Bounding {
  /// The counts of every ReLU layer, in the network's order, summed over the batch, by the regions
  /// known so far. Other activations, leaky ReLU among them, are not counted.
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
