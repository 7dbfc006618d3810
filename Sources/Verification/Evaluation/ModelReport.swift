import Bounds
import Datasets
import Networks
import Tensors

/// How a network does: without perturbation, under attack, and by certificate.
public struct ModelReport: Sendable {
  public let target: CertificationTarget
  public let attack: Attack
  public let certification: Certification
  public let attacks: [AttackResult]
  /// Per ReLU layer, summed over the examples, by intervals at the target's ε.
  public let reluStatistics: [ReLUStatistics]

  public var examples: Int { certification.verdicts.count }
  /// The fraction misclassified without perturbation.
  public var standardError: Float { certification.standardError }
  /// The fraction misclassified, or broken by the attack: no certified error can be below it.
  public var attackedError: Float {
    Float(attacks.count { $0.status != .survived }) / Float(max(attacks.count, 1))
  }

  /// For each method the fraction that neither it nor those before it certify.
  public var certifiedErrors: [(method: BoundMethod, error: Float)] {
    target.methods.map { ($0, certification.verifiedError(upTo: $0, of: target.methods)) }
  }

  /// Indices of examples that were certified and yet fell to the attack. One is an error in the
  /// certification or a rounding of Float32: never to be ignored.
  public var contradictions: [Int] {
    zip(certification.verdicts, attacks)
      .filter { $0.status == .certified && $1.status != .survived }.map(\.0.index)
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

  /// Examples with NaN or infinite bounds: not certified.
  public var invalidCount: Int { certification.count(.invalid) }
}

extension ModelReport {
  /// What is being computed.
  public enum Stage: String, Sendable {
    case certify
    case attack
  }

  /// Certifies and attacks every example.
  ///
  /// - Parameters:
  ///   - progress: Called after each batch with the number of examples done so far.
  /// Throws ``BoundsError`` and what `progress` throws.
  public init(
    of network: Network, on data: LabeledImages, target: CertificationTarget,
    attack settings: Attack, seed: UInt64 = 0,
    memoryBudget: Int = certificationMemory,
    progress: (Stage, Int) throws -> Void = { _, _ in }
  ) throws {
    var done = 0
    certification = try certify(
      network, data, against: target.perturbation, by: target.methods, memoryBudget: memoryBudget
    ) {
      done += $0.count
      try progress(.certify, done)
      return true
    }
    done = 0
    attacks = try Verification.attack(
      network, data, within: target.perturbation, with: settings, seed: seed,
      keepingInputs: false
    ) {
      done += $0.count
      try progress(.attack, done)
      return true
    }
    reluStatistics = try Self.reluStatistics(of: network, on: data, target.perturbation)
    self.target = target
    attack = settings
  }

  private static func reluStatistics(
    of network: Network, on data: LabeledImages, _ set: Perturbation
  ) throws -> [ReLUStatistics] {
    var total: [ReLUStatistics] = []
    for group in ChunkGroups(of: data.count, size: 125) {
      let parts = try Lanes.map(group.count) { part in
        let images = data.batch(group[part]).images
        return try BoundPropagation(network, on: set.region(around: images)).reluStatistics
      }
      for part in parts { total = total.isEmpty ? part : zip(total, part).map(+) }
    }
    return total
  }
}
