import Crownwork
import Foundation
import Testing
import _TestSupport

@testable import CrownworkTool

/// Where an attack breaks what was certified, `evaluate` prints its report, says so in one line and
/// exits with 70: here by a network with a layer whose bound rule lies.
@Suite struct AlarmTests {
  private static let attack = Attack.pgd(steps: 5, restarts: 1)

  /// The first pair differs by 0.8, the second by 0.4; ε = 0.3 moves their difference by 0.6.
  private static func pairs() throws -> LabeledImages {
    try LabeledImages(
      height: 1, width: 2, pixels: [255, 51, 51, 153], labels: [0, 1], classes: 2)
  }

  private static let target = CertificationTarget(
    perturbation: .linf(epsilon: 0.3), methods: [.interval])

  private static func report(lying: Bool) throws -> NamedReport {
    let network = try Network.comparingPixels(lying: lying)
    return NamedReport(
      name: "the-model", dataset: .digits, start: 40, network: network,
      report: try network.evaluate(on: pairs(), target: target, attack: attack))
  }

  private static func curve(lying: Bool) throws -> NamedCurve {
    NamedCurve(
      name: "the-model", dataset: .digits, start: 40,
      curve: try Network.comparingPixels(lying: lying).robustnessCurve(
        on: pairs(), target: target, at: [0.1, 0.3], attack: attack))
  }

  private func expectAlarm(_ result: ExitTest.Result?) {
    guard let result else { return }
    #expect(
      String(decoding: result.standardErrorContent, as: UTF8.self)
        .hasSuffix(
          "crownwork: the-model: SOUNDNESS ALARM: certified, yet broken by the attack: example 41\n"
        ))
    let output = String(decoding: result.standardOutputContent, as: UTF8.self)
    #expect(output.contains("SOUNDNESS ALARM: 1 certified examples fell to the attack."))
  }

  @Test func reportsRingTheAlarm() async {
    expectAlarm(
      await #expect(
        processExitsWith: .exitCode(70),
        observing: [\.standardOutputContent, \.standardErrorContent]
      ) {
        let reports = [try AlarmTests.report(lying: false), try AlarmTests.report(lying: true)]
        do { try EvaluateCommand.show(reports, asJSON: false) } catch { Entry.leave(error) }
      })
  }

  @Test func curvesRingTheAlarm() async {
    expectAlarm(
      await #expect(
        processExitsWith: .exitCode(70),
        observing: [\.standardOutputContent, \.standardErrorContent]
      ) {
        let curves = [try AlarmTests.curve(lying: true), try AlarmTests.curve(lying: false)]
        do { try EvaluateCommand.show(curves, asJSON: false) } catch { Entry.leave(error) }
      })
  }

  @Test func theTruthIsSilent() throws {
    try Alarm.check([("a", try Self.report(lying: false).report.contradictions)])
    try Alarm.check([("a", try Self.curve(lying: false).curve.contradictions)])
    #expect(throws: Failure.self) {
      try Alarm.check([("a", try Self.report(lying: true).report.contradictions)])
    }
  }
}
