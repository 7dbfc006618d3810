import Crownwork
import Foundation

/// The report of a training, for people or for programs.
///
/// For people it prints a few lines about the network, the data, the objective and the schedule, a
/// line for each epoch, and at the end where the model is. Meanwhile the live line shows the
/// current step. With `--json` it prints the line of `metrics.jsonl` for each epoch and one line at
/// the end; with `--quiet` nothing. ``TrainCommand`` makes one for each training and passes on
/// every event. What is shown has no influence on the training.
struct TrainReport {
  /// Whether lines of JSON are printed in place of text.
  let json: Bool
  /// Whether nothing but errors is printed.
  let quiet: Bool
  private let console = Console.standard
  private let clock = ContinuousClock()
  /// The time at which this process began to train, from which speeds and the time that is left are
  /// computed.
  private let started = ContinuousClock.now
  /// The time at which the current epoch began.
  private var epochStarted = ContinuousClock.now
  /// The time at which the live line was last replaced.
  private var shown = ContinuousClock.now
  /// The first step that this process did, from 0 for a new run; nil before it.
  private var firstStep: Int?

  /// Makes a report and starts its clock.
  init(json: Bool, quiet: Bool) {
    self.json = json
    self.quiet = quiet
  }

  /// Whether text for people is printed.
  private var talks: Bool { !json && !quiet }

  /// Prints what is to be trained, on what and how, before the first step.
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

  /// Shows a step on the live line, at most ten times a second: epoch, step in the epoch, time left
  /// at the speed so far, mean loss of the epoch so far, ε, and images per second.
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

  /// Prints the line of an epoch that has ended, and its warnings on the standard error.
  ///
  /// - `epoch 3/40`: its number from 1, and the number of all;
  /// - `ε`: ε at its last step, for objectives with a perturbation;
  /// - `loss`: the mean training loss over the epoch;
  /// - `error`, `certified`, `attacked`: errors on the held-out examples, by which the best epoch
  ///   is chosen (`errors(_:_:)`);
  /// - the seconds since the last epoch, with the judging and the writing;
  /// - `best`: no earlier epoch that counts was better, and the model's file is from this one.
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

  /// Returns the columns of the held-out examples: the standard error, and next to it the attacked
  /// or the certified error if the objective chooses by that one. Without held-out examples there
  /// are none.
  private func errors(_ report: EpochReport, _ run: TrainingRun) -> [String?] {
    guard let selection = report.selection else { return [] }
    let standard = "error \(percent(selection.standardError))"
    if let attacked = selection.attackedError {
      return [standard, "attacked \(percent(attacked))"]
    }
    guard run.plan.objective.isRobust else { return [standard] }
    return [standard, "certified \(percent(selection.verifiedError))"]
  }

  /// Prints where the model is, which epoch it is from, and what to do next.
  func end(_ folder: RunFolder, _ run: TrainingRun) {
    let path = folder.url.relativePath
    if json { return console.line("{\"finished\":true,\"run\":\(JSONText.quoted(path))}") }
    guard talks else { return }
    console.line("trained in \(duration((clock.now - started).seconds))")
    let which = run.best.map { "epoch \($0.epoch), the best on the held-out examples" }
    console.line("model      \(folder.modelURL.relativePath) (\(which ?? "the last epoch"))")
    console.line("next       crownwork evaluate \(path)")
  }

  /// Prints, after a signal, after how many steps the training stopped and how to resume it. This
  /// goes to the standard error, also with `--json` and `--quiet`.
  func interrupted(_ folder: RunFolder, _ run: TrainingRun) {
    console.clearLiveLine()
    Console.error(
      "crownwork: interrupted after step \(run.step); go on with: crownwork train --resume "
        + "--output \(folder.url.relativePath)")
  }
}

/// Settings and numbers in the words and digits that reports share.
enum Wording {
  /// Returns a path as one from the current folder, if it is inside, else as it is.
  static func path(_ path: String) -> String {
    let folder = FileManager.default.currentDirectoryPath + "/"
    return path.hasPrefix(folder) ? String(path.dropFirst(folder.count)) : path
  }

  /// Returns the objective of a recipe with its main settings and the set that it trains for.
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

  /// Returns the certified set, with the largest ε of training where that is another one.
  private static func set(_ recipe: Recipe) -> String {
    let train =
      recipe.trainEpsilon == recipe.perturbation.epsilon
      ? "" : " (training up to \(EpsilonText.shown(recipe.trainEpsilon)))"
    return "\(recipe.perturbation)\(train)"
  }

  /// Returns the schedule of a recipe: epochs and batch size, the ramp of ε, the optimiser and its
  /// learning rate.
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

  /// Returns a note on falls of the learning rate that a shortened schedule never reaches; nil
  /// where there are none.
  static func missed(_ plan: TrainingPlan) -> String? {
    let missed = plan.missedMilestones
    guard !missed.isEmpty else { return nil }
    let list = missed.map(String.init).joined(separator: ", ")
    return
      "the learning rate would fall after \(list) epochs, past the last one; --milestones sets others"
  }

  /// Returns the optimiser's name as papers write it.
  private static func optimizer(_ recipe: Recipe) -> String {
    switch recipe.optimizer.name {
    case "adam": "Adam"
    case "adamw": "AdamW"
    default: "SGD"
    }
  }

  /// Returns ε at a point of the schedule; nil for natural training, which has none.
  static func epsilon(_ point: ObjectivePoint, _ run: TrainingRun) -> String? {
    run.plan.objective.isRobust ? "ε \(number(point.epsilon))" : nil
  }

  /// Returns a loss with three decimals.
  static func loss(_ value: Float) -> String { String(format: "%.3f", Double(value)) }

  /// Returns a time in seconds alone, with decimals where it is short, for a column in which times
  /// are compared.
  static func seconds(_ value: Double) -> String {
    String(format: value < 1 ? "%.2f s" : value < 10 ? "%.1f s" : "%.0f s", value)
  }

  /// Returns a number with four decimals.
  static func number(_ value: Float) -> String { String(format: "%.4f", Double(value)) }

  /// Returns a number that was proved, with six decimals, rounded down so that the number which is
  /// shown was proved too.
  static func atLeast(_ value: Float) -> String {
    // Rounding to the nearest decimal, as `%.6f` alone does, could show a bound or a radius above
    // the one that was proved.
    String(format: "%.6f", (Double(value) * 1e6).rounded(.down) / 1e6)
  }
}
