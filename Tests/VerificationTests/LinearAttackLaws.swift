import Bounds
import Networks
import Tensors
import Testing

@testable import Verification

/// What can be broken on a linear network is known, and is broken.
extension AttackLaws {
  @Test(
    arguments: [
      Attack.apgd(steps: 20, restarts: 1), .multiTargeted(steps: 40, relativeStep: 0.15),
    ],
    Perturbation.Norm.allCases)
  func linearNetworksAreBrokenWhereTheyCanBe(
    attack: Attack, norm: Perturbation.Norm
  ) throws {
    var (possible, broken) = (0, 0)
    for seed in 0..<50 {
      let subject = try LinearNetwork(seed: UInt64(seed))
      let epsilon = subject.middleEpsilon(norm)
      for domain in [nil, 0...1] as [ClosedRange<Float>?] {
        let set = try Perturbation(norm: norm, epsilon: epsilon, domain: domain)
        let found = attack.findings(
          in: subject.network, around: subject.images, labels: subject.labels, within: set,
          indices: Array(subject.labels.indices))
        for (finding, margin) in zip(found, subject.smallestMargins(over: set)) {
          // What rounding decides is not asked for.
          #expect(finding == nil || margin < 1e-3, "\(set) \(margin)")
          guard margin < -1e-3 else { continue }
          possible += 1
          if finding != nil { broken += 1 }
        }
      }
    }
    #expect(possible > 1000)
    #expect(
      Double(broken) >= 0.99 * Double(possible), "\(attack) \(norm): \(broken) of \(possible)")
  }

  /// With two classes there is one direction: a single steepest step is the best attack.
  @Test(arguments: Perturbation.Norm.allCases)
  func oneStepBreaksTwoClasses(norm: Perturbation.Norm) throws {
    for seed in [0, 11, 22, 33] as [UInt64] {
      let subject = try LinearNetwork(seed: seed)
      try #require(subject.network.classes == 2)
      for domain in [nil, 0...1] as [ClosedRange<Float>?] {
        let set = try Perturbation(
          norm: norm, epsilon: subject.middleEpsilon(norm), domain: domain)
        let found = Attack.fgsm(loss: .margin).findings(
          in: subject.network, around: subject.images, labels: subject.labels, within: set,
          indices: Array(subject.labels.indices))
        for (finding, margin) in zip(found, subject.smallestMargins(over: set))
        where margin.magnitude > 1e-3 {
          #expect((finding != nil) == (margin < 0), "\(set) \(margin)")
        }
      }
    }
  }

  /// No number of steps or starts is a trap.
  @Test func effortsBelowNoneCountAsNone() throws {
    #expect(Attack.pgd(steps: -1, restarts: -3) == .pgd(steps: 0, restarts: 1))
    #expect(Attack.apgd(steps: -1, restarts: 0) == .apgd(steps: 0, restarts: 1))
    let subject = try LinearNetwork(seed: 1)
    for attack in [Attack.pgd(steps: -1), .apgd(steps: -1), .multiTargeted(steps: -5)] {
      let found = attack.findings(
        in: subject.network, around: subject.images, labels: subject.labels,
        within: .l1(epsilon: 0), indices: Array(subject.labels.indices))
      #expect(found.allSatisfy { $0 == nil })
    }
  }
}
