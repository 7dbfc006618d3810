import Crownwork
import Foundation

/// What training tells people, or programs.
struct TrainReport {
  let json: Bool
  let quiet: Bool
  private let console = Console.standard
  private let clock = ContinuousClock()
  private let started = ContinuousClock.now
  private var epochStarted = ContinuousClock.now
  private var shown = ContinuousClock.now
  private var firstStep: Int?

  init(json: Bool, quiet: Bool) {
    self.json = json
    self.quiet = quiet
  }

  private var talks: Bool { !json && !quiet }

  func start(_ folder: RunFolder, _ run: TrainingRun, on dataset: Dataset) {
    guard talks else { return }
    let (recipe, network) = (folder.recipe, run.network)
    console.line(
      "network    \(recipe.model.start.map(Wording.path) ?? "\(recipe.model.architecture)"): "
        + "\(network.parameterCount) parameters, "
        + "\(network.reluCount) ReLUs")
    console.line(
      "data       \(recipe.dataset.rawValue): \(run.split.training.count) examples to train on, "
        + "\(run.split.heldOut.count) held out to choose the best epoch")
    if recipe.dataset == .images { console.line("           \(dataset.note)") }
    console.line("objective  \(Wording.objective(recipe)), seed \(recipe.seed)")
    console.line("schedule   \(Wording.schedule(recipe))")
    if let missed = Wording.missed(run.plan) { console.line("           \(missed)") }
    let from = run.step > 0 ? ", going on after step \(run.step)" : ""
    console.line("run        \(folder.url.relativePath)\(from)")
  }

  mutating func step(_ report: StepReport, _ run: TrainingRun) {
    let now = clock.now
    if firstStep == nil {
      firstStep = report.step
      epochStarted = started
    }
    guard talks, now - shown > .milliseconds(100) else { return }
    shown = now
    let inEpoch = report.step % report.stepsPerEpoch + 1
    let seconds = (now - started).seconds
    let done = report.step + 1 - (firstStep ?? 0)
    let all = run.plan.schedule.epochs * report.stepsPerEpoch - report.step - 1
    console.live([
      "epoch \(report.step / report.stepsPerEpoch + 1)/\(run.plan.schedule.epochs)",
      "step \(inEpoch)/\(report.stepsPerEpoch)",
      "\(duration(seconds / Double(done) * Double(all))) left",
      "loss \(Wording.loss(report.sums.meanLoss))",
      Wording.epsilon(report.point, run),
      "\(Int(Double(done * run.plan.schedule.examplesPerStep) / seconds)) images/s",
    ])
  }

  mutating func epoch(_ report: EpochReport, _ run: TrainingRun) {
    let seconds = (clock.now - epochStarted).seconds
    epochStarted = clock.now
    if json { console.line(report.json) }
    guard talks else { return }
    let parts =
      [
        "epoch \(report.epoch)/\(run.plan.schedule.epochs)", Wording.epsilon(report.point, run),
        "loss \(Wording.loss(report.sums.meanLoss))",
      ] + errors(report, run) + [Wording.seconds(seconds), report.isBest ? "best" : nil]
    // Fits 80 columns.
    console.line(parts.compactMap(\.self).joined(separator: "  "))
    for warning in report.warnings { Console.error("crownwork: warning: \(warning)") }
  }

  /// The errors that the best epoch is chosen by.
  private func errors(_ report: EpochReport, _ run: TrainingRun) -> [String?] {
    guard let selection = report.selection else { return [] }
    let standard = "error \(percent(selection.standardError))"
    if let attacked = selection.attackedError {
      return [standard, "attacked \(percent(attacked))"]
    }
    guard run.plan.objective.isRobust else { return [standard] }
    return [standard, "certified \(percent(selection.verifiedError))"]
  }

  func end(_ folder: RunFolder, _ run: TrainingRun) {
    let path = folder.url.relativePath
    if json { return console.line("{\"finished\":true,\"run\":\(JSON.text(path))}") }
    guard talks else { return }
    console.line("trained in \(duration((clock.now - started).seconds))")
    let which = run.best.map { "epoch \($0.epoch), the best on the held-out examples" }
    console.line("model      \(folder.modelURL.relativePath) (\(which ?? "the last epoch"))")
    console.line("next       crownwork evaluate \(path)")
  }

  func interrupted(_ folder: RunFolder, _ run: TrainingRun) {
    console.clearLiveLine()
    Console.error(
      "crownwork: interrupted after step \(run.step); go on with: crownwork train --resume "
        + "--output \(folder.url.relativePath)")
  }
}

/// Settings in words.
enum Wording {
  /// A path as one from the current folder, if it is inside.
  static func path(_ path: String) -> String {
    let folder = FileManager.default.currentDirectoryPath + "/"
    return path.hasPrefix(folder) ? String(path.dropFirst(folder.count)) : path
  }

  static func objective(_ recipe: Recipe) -> String {
    switch recipe.objective {
    case .natural: return "natural (no perturbation in training)"
    case .interval: return "IBP against \(set(recipe))"
    case .crownIBP(_, _, let margins, _):
      return "CROWN-IBP (\(margins == .fused ? "fused" : "all margins")) against \(set(recipe))"
    case .crown(_, let slope, let projections):
      let name = slope == .same ? "convex outer polytope" : "CROWN (\(slope.rawValue))"
      return name + (projections.map { " (\($0) random projections)" } ?? "")
        + " against \(set(recipe))"
    case .shortWarmup: return "short warm-up IBP against \(set(recipe))"
    case .attacked(let objective):
      let setting = objective.setting.map { ", \($0.name) \($0.value)" } ?? ""
      return "\(objective.name.uppercased()) (\(objective.attack.steps) steps\(setting)) against "
        + set(recipe)
    }
  }

  private static func set(_ recipe: Recipe) -> String {
    let train =
      recipe.trainEpsilon == recipe.perturbation.epsilon
      ? "" : " (training up to \(EpsilonText.shown(recipe.trainEpsilon)))"
    return "\(recipe.perturbation)\(train)"
  }

  static func schedule(_ recipe: Recipe) -> String {
    let (schedule, ramp) = (recipe.schedule, recipe.schedule.ramp)
    let growth =
      recipe.objective.isRobust
      ? ", ε grows from epoch \(ramp.start + 1) to \(max(ramp.firstFullEpoch, 1)) "
        + "(\(ramp.shape.rawValue))" : ""
    let several = schedule.batchesPerStep > 1 ? " × \(schedule.batchesPerStep)" : ""
    return "\(schedule.epochs) epochs of batch \(schedule.batchSize)\(several)\(growth), "
      + "\(optimizer(recipe)) \(recipe.optimizer.learningRate)"
  }

  /// What a shorter schedule than a recipe's leaves out; nil where that is nothing.
  static func missed(_ plan: TrainingPlan) -> String? {
    let missed = plan.missedMilestones
    guard !missed.isEmpty else { return nil }
    let list = missed.map(String.init).joined(separator: ", ")
    return
      "the learning rate would fall after \(list) epochs, past the last one; --milestones sets others"
  }

  private static func optimizer(_ recipe: Recipe) -> String {
    switch recipe.optimizer.name {
    case "adam": "Adam"
    case "adamw": "AdamW"
    default: "SGD"
    }
  }

  /// ε of a point; nil for natural training, which has none.
  static func epsilon(_ point: ObjectivePoint, _ run: TrainingRun) -> String? {
    run.plan.objective.isRobust ? "ε \(number(point.epsilon))" : nil
  }

  static func loss(_ value: Float) -> String { String(format: "%.3f", Double(value)) }

  /// A time in seconds alone, with decimals where it is short.
  static func seconds(_ value: Double) -> String {
    String(format: value < 1 ? "%.2f s" : value < 10 ? "%.1f s" : "%.0f s", value)
  }

  static func number(_ value: Float) -> String { String(format: "%.4f", Double(value)) }

  /// A number that was proved, rounded down so that what is shown was proved too.
  static func atLeast(_ value: Float) -> String {
    String(format: "%.6f", (Double(value) * 1e6).rounded(.down) / 1e6)
  }
}
