import Crownwork
import Foundation

/// What a sweep shows while it works.
struct SweepReport {
  let sweep: Sweep
  /// Whether anything is written to standard output.
  let talks: Bool

  init(_ sweep: Sweep, talks: Bool) {
    self.sweep = sweep
    self.talks = talks
  }

  func tell(_ event: SweepEvent) {
    let console = Console.standard
    switch event {
    case .fetching(let url): Console.error("fetching \(url.absoluteString)")
    case .impossible(let run, let problem):
      Console.error("crownwork: \(run.label): cannot be trained: \(problem)")
    case .step(let run, let report):
      console.live(
        "\(place(run)): epoch \(report.step / report.stepsPerEpoch + 1)/\(run.recipe.schedule.epochs), "
          + "step \(report.step % report.stepsPerEpoch + 1)/\(report.stepsPerEpoch)")
    case .epoch(let run, let report):
      for warning in report.warnings {
        console.clearLiveLine()
        Console.error("crownwork: \(place(run)): warning: \(warning)")
      }
    case .evaluating(let run, let progress): console.live("\(place(run)): \(progress.words)")
    case .ended(let run, let result):
      console.clearLiveLine()
      if talks { console.line("\(place(run)): \(result.summary)") }
    }
  }

  /// The number of a run and its name.
  private func place(_ run: PlannedRun) -> String {
    let number = sweep.runs.firstIndex { $0.folder == run.folder } ?? 0
    return "[\(number + 1)/\(sweep.runs.count)] \(run.label)"
  }
}

extension SweepResult {
  fileprivate var summary: String {
    guard let errors else { return "failed: \(failure ?? "")" }
    let time = secondsPerEpoch.map { String(format: ", %.1f s per epoch", $0) } ?? ""
    let collapsed = errors.collapsed == true ? "collapsed; " : ""
    return
      "\(collapsed)standard \(percent(errors.standard)), attacked \(percent(errors.attacked)), certified "
      + "\(percent(errors.certified))\(time)"
  }
}
