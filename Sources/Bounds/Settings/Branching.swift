import Relaxations

/// How branch and bound goes about what bounds have left open, and how far.
///
/// ```swift
/// let method = BoundMethod.complete(Branching(domains: 500))
/// ```
///
/// Answers depend on these settings and not on the number of threads, unless ``seconds`` are limited.
public struct Branching: Sendable, Hashable, Codable {
  /// What a domain is divided by.
  public enum Splits: String, Sendable, Hashable, Codable, CaseIterable {
    /// Inputs where few of them vary, else neurons.
    case automatic
    /// The signs of pre-activations.
    case neurons
    /// Halves of input intervals; only boxes can be halved, balls are divided by neurons.
    case inputs
  }

  /// The lower lines of undecided ReLUs that optimisations start from.
  public var slope: ReLUSlope
  /// The steps of α-CROWN before the first split.
  public var iterations: Int
  /// The most domains that are bounded for an example or a case of a property.
  public var domains: Int
  /// What domains are divided by.
  public var splits: Splits
  /// The most time for an example or a case, counted from the first split; without it there is no
  /// limit but that of the budget. What is decided then depends on the machine.
  public var seconds: Double?

  /// Creates settings; those left out have their usual values.
  public init(
    slope: ReLUSlope = .adaptive, iterations: Int = 20, domains: Int = 10_000,
    splits: Splits = .automatic, seconds: Double? = nil
  ) {
    (self.slope, self.iterations, self.domains) = (slope, iterations, domains)
    (self.splits, self.seconds) = (splits, seconds)
  }

  /// The most inputs that vary for which boxes are halved where nothing else is asked for.
  static let fewInputs = 12
  /// The most for which halves of boxes are tried beside neurons.
  static let someInputs = 64
  /// The domains that both are given then.
  static let trial = 256

  /// A budget that ends no later than the time for an example.
  package func limiting(_ budget: Budget) -> Budget {
    guard let seconds else { return budget }
    var limited = budget
    let end = ContinuousClock.now.advanced(by: .seconds(seconds))
    limited.deadline = min(budget.deadline ?? end, end)
    return limited
  }

  /// The method that comes before the first split.
  package var before: BoundMethod { .alphaCROWN(slope: slope, iterations: iterations) }
}

extension BoundMethod {
  /// The settings of branch and bound; nil for a method that does not branch.
  package var branching: Branching? {
    if case .complete(let branching) = self { branching } else { nil }
  }
}
