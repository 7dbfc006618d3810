import Bounds
import Foundation
import Networks
import RobustTraining

/// What is kept of an epoch in `metrics.jsonl`: nothing that depends on the clock or the machine.
///
/// So the metrics of an interrupted and resumed run can be compared with those of an uninterrupted
/// one, byte for byte; times are in a file of their own. All errors are fractions in [0, 1].
struct EpochMetrics: Codable, Equatable {
  /// The number of the epoch, from 1.
  var epoch: Int
  /// ε in raw units at the epoch's last step.
  var epsilon: Float
  /// The weight κ of the clean loss at the epoch's last step.
  var kappa: Float
  /// The weight β of the CROWN-IBP bounds at the epoch's last step.
  var beta: Float
  /// The learning rate of the epoch.
  var learningRate: Float
  /// The mean loss over the epoch's examples, each at the step at which it was seen.
  var loss: Float
  /// The fraction of the epoch's examples that the bounds of training did not verify; nil where
  /// nothing was bounded.
  var trainVerifiedError: Float?
  /// The fraction of held-out examples that are misclassified; nil without held-out examples.
  var standardError: Float?
  /// The fraction of held-out examples that are not certified at the ε of certification; nil
  /// without held-out examples.
  var verifiedError: Float?
  /// The fraction of held-out examples that are misclassified or broken by an attack; nil where the
  /// best epoch is not chosen by it.
  var attackedError: Float?
  /// Whether this was the best epoch so far.
  var best: Bool
  /// The states of each ReLU layer, summed over the held-out examples; nil without these.
  var relu: [Layer]?
  /// Signs that the training goes wrong; nil where there are none. Each kind is in one epoch of a
  /// run only.
  var warnings: [Warning]?

  /// The numbers of neurons of a ReLU layer by their pre-activation bounds: always active, always
  /// inactive, and unstable.
  struct Layer: Codable, Equatable {
    var path: String
    var active: Int
    var inactive: Int
    var unstable: Int
  }

  /// A warning by its kind, for programs, and its text, for people.
  struct Warning: Codable, Equatable {
    var kind: String
    var text: String
  }

  /// Takes what is kept from an epoch's report.
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
  /// The epoch as one line of JSON, without the line's end.
  ///
  /// Keys are sorted, so that the same bits give the same bytes. Infinities and NaN are the texts
  /// "inf", "-inf" and "nan".
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
