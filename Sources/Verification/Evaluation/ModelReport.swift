import Bounds
import Datasets
import Networks
import Tensors

/// How a network does on examples: without perturbation, under attack, and by certificate.
///
/// The three errors enclose what cannot be computed, the error under the worst perturbations:
/// standard error ≤ attacked error ≤ that error ≤ certified error.
/// ``Networks/Network/evaluate(on:target:attack:seed:budget:observe:)`` makes a report. Where an
/// example is on both sides, certified and yet broken, something is wrong (``contradictions``).
public struct ModelReport: Sendable {
  /// What the network was certified against, and by which methods.
  package let target: CertificationTarget
  /// The attack, with its effort.
  package let attack: Attack
  /// The verdicts on the examples.
  public let certification: Certification
  /// The results of the attack on the same examples.
  public let attacks: [AttackResult]
  /// How many ReLUs are active, inactive and unstable for each ReLU layer, summed over the
  /// examples, by intervals at the target's ε.
  public let reluStatistics: [ReLUStatistics]

  /// The number of examples with a verdict.
  package var examples: Int { certification.verdicts.count }
  /// The fraction misclassified without perturbation.
  public var standardError: Float { certification.standardError }
  /// The fraction misclassified, or broken by the attack or on the way of branch and bound: no
  /// certified error of the same examples can be below it.
  public var attackedError: Float {
    let broken = Set(certification.verdicts.filter { $0.status == .broken }.map(\.index))
    let fallen = attacks.count { $0.status != .survived || broken.contains($0.index) }
    return Float(fallen) / Float(max(attacks.count, 1))
  }

  /// The certified error for each method in order: the fraction that neither it nor those before it
  /// certify.
  public var certifiedErrors: [(method: BoundMethod, error: Float)] {
    target.methods.map { ($0, certification.verifiedError(upTo: $0, of: target.methods)) }
  }

  /// Indices of examples that were certified and yet fell to the attack. One is an error in the
  /// certification: never to be ignored.
  ///
  /// Verdicts and results belong together by their indices. A spent budget leaves different gaps in
  /// both, and an example that is missing in one of them contradicts nothing.
  public var contradictions: [Int] {
    let fallen = Set(attacks.filter { $0.status != .survived }.map(\.index))
    return certification.verdicts.filter { $0.status == .certified }.map(\.index)
      .filter(fallen.contains)
  }

  /// Whether the network answers nearly all examples with one class, to which fewer belong: it has
  /// learnt nothing, and its errors say nothing of the method.
  public var isCollapsed: Bool {
    let verdicts = certification.verdicts
    let classes = (verdicts.map { max($0.label, $0.prediction) }.max() ?? 0) + 1
    func counts(_ values: [Int]) -> [Int] {
      values.reduce(into: [Int](repeating: 0, count: classes)) { if $1 >= 0 { $0[$1] += 1 } }
    }
    return Collapse(
      answers: counts(verdicts.map(\.prediction)), labels: counts(verdicts.map(\.label))) != nil
  }

  /// The number of examples with NaN or infinite logits or bounds, which are not certified.
  package var invalidCount: Int { certification.count(.invalid) }
}

extension Network {
  /// Certifies and attacks every example.
  ///
  /// ```swift
  /// let target = CertificationTarget(
  ///   perturbation: .linf(epsilon: 0.1, within: 0...1), methods: [.interval, .crownIBP()])
  /// let report = try network.evaluate(on: data.test, target: target, attack: .apgd())
  /// print(report.standardError, report.attackedError)
  /// for (method, error) in report.certifiedErrors { print(method, error) }
  /// ```
  ///
  /// - Parameters:
  ///   - target: The perturbation set and the methods.
  ///   - settings: The attack, which examples with a right answer go through whether or not they
  ///     are certified.
  ///   - seed: Decides the attack's random starts.
  ///   - budget: The memory that bounds may take, and when to stop. Examples that are not done by
  ///     then are missing in the report.
  ///   - observe: Called soon after examples are done. What it throws ends the work.
  /// - Throws: `BoundsError`, `InvalidValue` for an attack that makes no sense,
  ///   and what `observe` throws.
  public func evaluate(
    on data: LabeledImages, target: CertificationTarget, attack settings: Attack, seed: UInt64 = 0,
    budget: Budget = Budget(), observe: (WorkProgress) throws -> Void = { _ in }
  ) throws -> ModelReport {
    try settings.validate()
    let set = target.perturbation
    let certification = try certify(
      data, against: set, by: target.methods, arithmetic: target.arithmetic, budget: budget
    ) { try observe($1) }
    let attacks = try attack(
      data, within: set, with: settings, seed: seed, keepingInputs: false, budget: budget
    ) { try observe($1) }
    return ModelReport(
      target: target, attack: settings, certification: certification, attacks: attacks,
      reluStatistics: try reluStatistics(on: data, set))
  }

  /// Counts the ReLUs by intervals around all examples, in groups side by side.
  private func reluStatistics(
    on data: LabeledImages, _ set: Perturbation
  ) throws -> [ReLUStatistics] {
    let network = try BoundedNetwork(self, arithmetic: .real)
    let groups = Groups(of: data.count, size: 125)
    let parts = Lanes.map(groups.count) { part in
      let images = data.batch(groups[part]).images
      return network.bounding(over: set.region(around: images, in: .real)).reluStatistics
    }
    return parts.reduce([]) { $0.isEmpty ? $1 : zip($0, $1).map(+) }
  }
}
