import Bounds
import Foundation
import Verification

/// A sign that a training goes wrong, and what may help.
public enum TrainingWarning: Sendable, Equatable {
  /// A part of the held-out images that gets one answer, more than belong to it.
  case collapse(answer: Int, part: Float)
  /// A ReLU layer whose output is 0 for every held-out image.
  case deadLayer(path: String)
  /// The part of an epoch's examples that the bounds at training's ε do not verify.
  case looseBounds(epsilon: Float, verifiedError: Float)
  /// The mean loss of an epoch at the full ε, above that of guessing among the classes.
  case lossAboveGuessing(loss: Float, classes: Int)

  /// Each is given once in a run.
  public enum Kind: String, Sendable, CaseIterable {
    case collapse
    case deadLayer = "dead-layer"
    case looseBounds = "loose-bounds"
    case lossAboveGuessing = "loss-above-guessing"
  }

  package var kind: Kind {
    switch self {
    case .collapse: .collapse
    case .deadLayer: .deadLayer
    case .looseBounds: .looseBounds
    case .lossAboveGuessing: .lossAboveGuessing
    }
  }
}

extension TrainingWarning: CustomStringConvertible {
  /// One line with advice.
  public var description: String {
    switch self {
    case .collapse(let answer, let part):
      "\(Self.percent(part)) of the held-out images are answered \(answer): training has collapsed; "
        + "lower the learning rate, or begin the ramp later and make it longer"
    case .deadLayer(let path):
      "every ReLU of layer \(path) is 0 on the held-out images: nothing passes it, and it cannot "
        + "recover; start anew with a lower learning rate or clip-norm"
    case .looseBounds(let epsilon, let error):
      "at ε = \(EpsilonText.shown(epsilon)) the bounds leave \(Self.percent(error)) of the training images unverified: ε "
        + "grows faster than they follow; lengthen the ramp, or mix in the clean loss (kappa)"
    case .lossAboveGuessing(let loss, let classes):
      "the loss, \(Self.number(loss)), is above that of guessing, ln \(classes) = "
        + "\(Self.number(log(Float(classes)))); lower the learning rate, or lengthen the ramp"
    }
  }

  private static func number(_ value: Float) -> String { String(format: "%.3f", Double(value)) }

  private static func percent(_ part: Float) -> String {
    String(format: "%.1f%%", Double(part) * 100)
  }
}

extension TrainingWarning {
  private static let hardlyAny: Float = 0.99

  /// What an epoch (from 1) shows, whether an earlier one gave the warning or not.
  static func all(
    of objective: Objective, epoch: Int, at point: ObjectivePoint, _ sums: EpochSums,
    _ selection: SelectionReport?, classes: Int
  ) -> [TrainingWarning] {
    var warnings: [TrainingWarning] = []
    if let selection {
      if let collapse = collapse(selection) { warnings.append(collapse) }
      if let path = selection.deadLayers.first { warnings.append(.deadLayer(path: path)) }
    }
    if objective.learnsFromBounds, point.epsilon > 0, let error = sums.trainingVerifiedError,
      error >= hardlyAny
    {
      warnings.append(.looseBounds(epsilon: point.epsilon, verifiedError: error))
    }
    // The first steps may be far off, and so may the first bounds of a ramp.
    let isSettled = epoch > 1 && (!objective.isRobust || point.fraction >= 1)
    if objective.lossIsCrossEntropy, isSettled, sums.meanLoss > log(Float(classes)) {
      warnings.append(.lossAboveGuessing(loss: sums.meanLoss, classes: classes))
    }
    return warnings
  }

  private static func collapse(_ selection: SelectionReport) -> TrainingWarning? {
    Collapse(answers: selection.answers, labels: selection.labels).map {
      .collapse(answer: $0.answer, part: $0.part)
    }
  }
}

extension Objective {
  /// Whether bounds of the whole set are all that robustness is learnt from.
  fileprivate var learnsFromBounds: Bool {
    switch self {
    case .interval, .crownIBP, .crown, .shortWarmup: true
    case .natural, .attacked: false
    }
  }

  /// Whether the loss is a cross-entropy, with nothing added or mixed in.
  fileprivate var lossIsCrossEntropy: Bool {
    switch self {
    case .natural, .interval, .crownIBP, .crown: true
    case .shortWarmup: false
    case .attacked(let objective): objective.kind == .adversarial
    }
  }
}
