import Bounds
import Datasets
import Networks
import Testing
import _TestSupport

@testable import Verification

/// A bound rule that lies is found out: what it certifies falls to attacks, and every report says
/// so.
@Suite struct AlarmLaws {
  private static let attack = Attack.pgd(steps: 5, restarts: 1)

  /// Pairs of pixels whose first or second is the brighter one, by 0.8, 0.4, 0.4 and 0.2.
  private static func pairs() throws -> LabeledImages {
    try LabeledImages(
      height: 1, width: 2, pixels: [255, 51, 51, 153, 204, 102, 0, 51], labels: [0, 1, 0, 1],
      classes: 2)
  }

  private static func target(_ epsilon: Float) -> CertificationTarget {
    CertificationTarget(perturbation: .linf(epsilon: epsilon), methods: [.interval])
  }

  private static func report(lying: Bool, epsilon: Float = 0.3) throws -> ModelReport {
    try Network.comparingPixels(lying: lying).evaluate(
      on: pairs(), target: target(epsilon), attack: attack)
  }

  /// An ε of 0.3 moves the difference of two pixels by 0.6.
  @Test func aLieIsAContradiction() throws {
    let report = try Self.report(lying: true)
    #expect(report.certification.verdicts.map(\.status) == Array(repeating: .certified, count: 4))
    #expect(report.contradictions == [1, 2, 3])
    #expect(report.attackedError == 0.75)
    // Within 0.15 only the pair that differs by 0.2 falls.
    #expect(try Self.report(lying: true, epsilon: 0.15).contradictions == [3])
  }

  @Test func theTruthIsNone() throws {
    let report = try Self.report(lying: false)
    #expect(report.contradictions.isEmpty)
    #expect(report.certification.verifiedError == 0.75 && report.attackedError == 0.75)
  }

  /// A spent budget leaves gaps in both lists, and others in each.
  @Test func gapsAreNoContradictions() throws {
    let whole = try Self.report(lying: true)
    func contradictions(withoutVerdict verdict: Int, attack: Int) -> [Int] {
      let certification = Certification(
        verdicts: whole.certification.verdicts.filter { $0.index != verdict },
        perturbation: whole.certification.perturbation, arithmetic: .certified)
      return ModelReport(
        target: whole.target, attack: whole.attack, certification: certification,
        attacks: whole.attacks.filter { $0.index != attack }, reluStatistics: []
      ).contradictions
    }
    #expect(contradictions(withoutVerdict: 0, attack: 3) == [1, 2])
    #expect(contradictions(withoutVerdict: 1, attack: 0) == [2, 3])
  }

  @Test func curvesSeeIt() throws {
    func curve(lying: Bool) throws -> RobustnessCurve {
      try Network.comparingPixels(lying: lying).robustnessCurve(
        on: Self.pairs(), target: Self.target(0), at: [0, 0.05, 0.15, 0.3], attack: Self.attack)
    }
    let lie = try curve(lying: true)
    #expect(lie.contradictions == [1, 2, 3])
    #expect(lie.points.map(\.certifiedErrors) == Array(repeating: [0], count: 4))
    #expect(lie.points.map(\.attackedError) == [0, 0, 0.25, 0.75])
    let truth = try curve(lying: false)
    #expect(truth.contradictions.isEmpty)
    #expect(truth.points.map(\.certifiedErrors) == [[0], [0], [0.25], [0.75]])
  }
}
