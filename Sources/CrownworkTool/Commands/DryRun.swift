import Crownwork
import Foundation

/// What a training would do and take, without a file written.
struct DryRun {
  private let recipe: Recipe
  private let run: TrainingRun
  private let forecast: TrainingForecast

  /// Does a few steps to measure them. Throws as ``TrainingForecast/init(_:)`` does.
  init(_ recipe: Recipe, _ run: TrainingRun) throws {
    self.recipe = recipe
    self.run = run
    forecast = try TrainingForecast(run)
  }

  func print(json: Bool) throws {
    Console.standard.line(json ? try JSON.line(record) : text)
  }

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

  private struct Record: Encodable {
    struct Epoch: Encodable {
      let epoch: Int
      let epsilon, kappa, beta: [Float]
      let learningRate: Float
    }

    let recipe: String
    let parameters, relus, steps, stepsPerEpoch, peakBytes: Int
    let seconds: Double
    let epochs: [Epoch]
  }

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
