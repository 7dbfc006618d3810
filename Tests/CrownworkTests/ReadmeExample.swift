// The tests check that README.md shows this file from the next line on.
import Crownwork

/// Trains a small network on the caller's images (bytes, row by row) and certifies it.
func trainAndCertify(pixels: [UInt8], labels: [UInt8]) throws -> Certification {
  let data = try LabeledImages(height: 8, width: 8, pixels: pixels, labels: labels)
  let (train, test) = (data[0..<1437], data[1437..<1797])

  var layers = Network.Builder(input: [8, 8, 1])
  layers.convolution(8, kernel: 3, padding: 1)
  layers.relu()
  layers.flatten()
  layers.linear(64)
  layers.relu()
  layers.linear(10)

  let box = Perturbation.linf(epsilon: 0.1, within: 0...1)
  let plan = TrainingPlan(
    objective: .crownIBP(margins: .fused), perturbation: box,
    schedule: Schedule(epochs: 30, batchSize: 64, ramp: EpsilonRamp(start: 1, length: 15)),
    optimizer: Optimizer.Settings(learningRate: 2e-3))
  var run = try TrainingRun(plan, network: layers.network(), on: train)
  try run.train { event, _ in
    if case .epoch(let report) = event { print(report.epoch, report.sums.meanLoss) }
  }

  let verdicts = try run.network.certify(test, against: box, by: [.interval, .crownIBP()])
  print("wrong: \(verdicts.standardError), not certified: \(verdicts.verifiedError)")
  return verdicts
}
