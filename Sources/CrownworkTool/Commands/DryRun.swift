import Crownwork
import Foundation

/// The report of `train --dry-run`: what a training would do and what it would take, without a file
/// written.
///
/// It shows the complete recipe as it would be in `run.yaml`, a table of the schedule, the sizes,
/// and an estimate of time and memory from a few real steps of each kind that the schedule has. Of a
/// run that has begun, schedule and estimate cover what is left.
struct DryRun {
  /// The recipe, resolved for its data.
  private let recipe: Recipe
  /// The run, at its start or as it was left; it is not advanced.
  private let run: TrainingRun
  /// The measured estimate.
  private let forecast: TrainingForecast

  /// Trains a few steps on a copy of the run and measures them.
  ///
  /// - Throws: `TrainingError.diverged(epoch:step:)` and `BoundsError`, as
  ///   `TrainingForecast.init(_:)` does.
  init(_ recipe: Recipe, _ run: TrainingRun) throws {
    self.recipe = recipe
    self.run = run
    forecast = try TrainingForecast(run)
  }

  /// Prints the report as text, or as one line of JSON.
  func print(json: Bool) throws {
    Console.standard.line(json ? try JSONText.line(record) : text)
  }

  /// The report for people. The time includes the judging after each epoch; the memory is the most
  /// that tensors have taken in the measured steps.
  private var text: String {
    let network = run.network
    let megabytes = Double(forecast.peakBytes) / 1e6
    return """
      \(recipe.yaml)
      \(table.text)

      \(network.parameterCount) parameters, \(network.reluCount) ReLUs
      \(forecast.steps) steps: \(forecast.epochs.count) epochs of \(forecast.stepsPerEpoch), on \
      \(run.split.training.count) examples with \(run.split.heldOut.count) held out
      about \(duration(forecast.seconds)) and \(String(format: "%.0f", megabytes)) MB for tensors, \
      from a few real steps on this machine with \(Threads.count) \
      \(Threads.count == 1 ? "thread" : "threads")
      \(Wording.missed(run.plan).map { $0 + "\n" } ?? "")dry run: nothing was written
      """
  }

  /// The schedule, a row for each epoch: ε at its first and last step, κ (the weight of the clean
  /// loss) and β (the weight of the CROWN-IBP bounds) at its last step, and the learning rate.
  private var table: TextTable {
    let header = ["epoch", "ε first", "ε last", "κ last", "β last", "learning rate"]
    return TextTable(
      [header]
        + forecast.epochs.map { epoch in
          [
            "\(epoch.number)", Wording.number(epoch.first.epsilon),
            Wording.number(epoch.last.epsilon), Wording.number(epoch.last.kappa),
            Wording.number(epoch.last.beta), "\(epoch.learningRate)",
          ]
        })
  }

  /// The report for programs.
  private struct Record: Encodable {
    /// An epoch from 1; `epsilon`, `kappa` and `beta` have the values at the first and the last
    /// step.
    struct Epoch: Encodable {
      let epoch: Int
      let epsilon, kappa, beta: [Float]
      let learningRate: Float
    }

    /// The complete recipe as YAML text.
    let recipe: String
    /// Sizes: trained numbers, ReLUs for one example, steps that are to be done and those of an
    /// epoch, and bytes of tensors at most.
    let parameters, relus, steps, stepsPerEpoch, peakBytes: Int
    /// The estimated seconds of all steps.
    let seconds: Double
    /// The schedule from the current epoch on, epoch by epoch.
    let epochs: [Epoch]
  }

  /// The report as a value to encode.
  private var record: Record {
    Record(
      recipe: recipe.yaml, parameters: run.network.parameterCount, relus: run.network.reluCount,
      steps: forecast.steps, stepsPerEpoch: forecast.stepsPerEpoch, peakBytes: forecast.peakBytes,
      seconds: forecast.seconds,
      epochs: forecast.epochs.map {
        Record.Epoch(
          epoch: $0.number, epsilon: [$0.first.epsilon, $0.last.epsilon],
          kappa: [$0.first.kappa, $0.last.kappa], beta: [$0.first.beta, $0.last.beta],
          learningRate: $0.learningRate)
      })
  }
}
