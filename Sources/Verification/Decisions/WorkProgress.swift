import Bounds

/// How far a long computation is, for whoever watches it.
///
/// Computations call their observer with one soon after results are known, on the thread that
/// started them.
public struct WorkProgress: Sendable, Equatable {
  /// What is being computed.
  public enum Stage: Sendable, Equatable {
    /// Certifying examples.
    case certification
    /// Writing certificates of certified examples.
    case certificates
    /// Attacking examples.
    case attack
    /// Bounding the cases of a property by a method.
    case bounds(BoundMethod)
    /// Looking for a counterexample to a property.
    case search
  }

  /// What is being computed at the moment.
  public var stage: Stage
  /// The number of examples, cases or points that are done.
  public var done: Int
  /// How many there are in all.
  public var total: Int
  /// The ε at which work goes on, where there are several; nil otherwise.
  public var epsilon: Float?

  /// Creates a state of a computation.
  package init(_ stage: Stage, done: Int, of total: Int, epsilon: Float? = nil) {
    (self.stage, self.done, self.total, self.epsilon) = (stage, done, total, epsilon)
  }
}
