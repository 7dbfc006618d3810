import Bounds
import Foundation
import Verification

/// A sign that a training goes wrong, with advice on what may help.
///
/// Warnings are found at the end of an epoch from what it has shown, and come with its
/// ``EpochReport``. They change nothing about the run: what a warning advises is up to the user.
/// Each kind is given once in a run, at the first epoch that shows it; a checkpoint keeps which
/// kinds were given.
public enum TrainingWarning: Sendable, Equatable {
  /// The network answers nearly all held-out images with one class, to which fewer belong (the same
  /// test that reports of evaluations use).
  ///
  /// - Parameters:
  ///   - answer: The class.
  ///   - part: The fraction of the images that are answered with it.
  case collapse(answer: Int, part: Float)
  /// A ReLU layer outputs 0 for every held-out image without perturbation. No gradient passes it,
  /// so it cannot recover.
  case deadLayer(path: String)
  /// The bounds at the epoch's ε leave nearly all training examples uncertified (99% or more), so
  /// that training has nothing to hold on to.
  case looseBounds(epsilon: Float, verifiedError: Float)
  /// The mean loss of an epoch is above `ln classes`, the cross-entropy of giving every class the
  /// same probability.
  ///
  /// Only losses that are a cross-entropy, clean, attacked or robust, can be compared so. Robust
  /// ones count at the full ε, and the first epoch never does.
  case lossAboveGuessing(loss: Float, classes: Int)

  /// The kinds of warnings, each of which is given once in a run. Raw values are what metrics and
  /// checkpoints write.
  public enum Kind: String, Sendable, CaseIterable {
    case collapse
    case deadLayer = "dead-layer"
    case looseBounds = "loose-bounds"
    case lossAboveGuessing = "loss-above-guessing"
  }

  /// The kind, without the numbers.
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
  /// One line that says what was seen, and what to change.
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
  /// The error from which on bounds count as loose.
  private static let hardlyAny: Float = 0.99

  /// Returns all warnings that an epoch shows, whether or not an earlier one gave them already.
  ///
  /// - Parameters:
  ///   - epoch: The epoch that has ended, from 1.
  ///   - point: ε and the factors at its last step.
  ///   - sums: The sums over its training examples.
  ///   - selection: Its errors on the held-out examples; nil where there are none.
  ///   - classes: The number of the network's outputs.
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

  /// The warning of a collapse, if the answers on the held-out examples are one.
  private static func collapse(_ selection: SelectionReport) -> TrainingWarning? {
    Collapse(answers: selection.answers, labels: selection.labels).map {
      .collapse(answer: $0.answer, part: $0.part)
    }
  }
}

extension Objective {
  /// Whether robustness is learnt from bounds over the whole set and nothing else. Objectives with
  /// attacked points are left out: they can make progress while bounds are loose.
  fileprivate var learnsFromBounds: Bool {
    switch self {
    case .interval, .crownIBP, .crown, .shortWarmup: true
    case .natural, .attacked: false
    }
  }

  /// Whether the loss is a cross-entropy, with nothing added or mixed in, so that `ln classes`
  /// means guessing.
  fileprivate var lossIsCrossEntropy: Bool {
    switch self {
    case .natural, .interval, .crownIBP, .crown: true
    case .shortWarmup: false
    case .attacked(let objective): objective.kind == .adversarial
    }
  }
}
