import Bounds
import Foundation
import Networks
import RobustTraining

/// What is kept of an epoch in `metrics.jsonl`: nothing that depends on the clock or the machine.
struct EpochMetrics: Codable, Equatable {
  var epoch: Int
  var epsilon: Float
  var kappa: Float
  var beta: Float
  var learningRate: Float
  var loss: Float
  var trainVerifiedError: Float?
  var standardError: Float?
  var verifiedError: Float?
  var attackedError: Float?
  var best: Bool
  var relu: [Layer]?
  var warnings: [Warning]?

  struct Layer: Codable, Equatable {
    var path: String
    var active: Int
    var inactive: Int
    var unstable: Int
  }

  struct Warning: Codable, Equatable {
    var kind: String
    var text: String
  }

  init(_ report: EpochReport) {
    epoch = report.epoch
    epsilon = report.point.epsilon
    kappa = report.point.kappa
    beta = report.point.beta
    learningRate = report.learningRate
    loss = report.sums.meanLoss
    trainVerifiedError = report.sums.trainingVerifiedError
    standardError = report.selection?.standardError
    verifiedError = report.selection?.verifiedError
    attackedError = report.selection?.attackedError
    best = report.isBest
    relu = report.selection?.reluStatistics.map {
      Layer(path: $0.path, active: $0.active, inactive: $0.inactive, unstable: $0.unstable)
    }
    guard !report.warnings.isEmpty else { return }
    warnings = report.warnings.map { Warning(kind: $0.kind.rawValue, text: "\($0)") }
  }
}

extension EpochReport {
  /// The epoch as one line of JSON, the same for the same bits.
  package var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    // Encoding plain numbers and texts does not fail.
    let data = (try? encoder.encode(EpochMetrics(self))) ?? Data()
    return String(decoding: data, as: UTF8.self)
  }
}
