import Datasets
import RobustTraining

/// The settings of what turns gradients into updates.
extension Setting {
  /// The rows of the section `optimizer`, with the name first.
  static let optimizer: [Setting] = [
    Setting(
      "optimizer.name", .choice(["adam", "adamw", "sgd"]), \.optimizer.name, option: "optimizer",
      "What turns gradients into updates."),
    Setting(
      "optimizer.learning-rate", .number(.positive), \.optimizer.learningRate,
      option: "learning-rate", standard: "0.001; digits 0.005", "Initial learning rate."),
    Setting(
      "optimizer.decay", .section(or: "none"), \.optimizer.hasNoDecay,
      standard: "every 10th epoch after the ramp", "How the learning rate falls."),
    Setting(
      "optimizer.decay.factor", .number(.shrinking), \.optimizer.factor,
      "What the learning rate is multiplied by."),
    Setting(
      "optimizer.decay.every", .integer(LearningRateDecay.intervalLimits), \.optimizer.every,
      excludes: ["optimizer.decay.milestones"], "Epochs between two falls."),
    Setting(
      "optimizer.decay.after", .choice(["ramp"]), \.optimizer.after,
      excludes: ["optimizer.decay.milestones"], "What the falls begin after."),
    Setting(
      "optimizer.decay.milestones",
      SettingKind.integer(LearningRateDecay.milestoneLimits).list(
        "whole numbers in \(LearningRateDecay.milestoneLimits)", counts: 0...Int.max),
      \.optimizer.milestones, option: "milestones", standard: "every 10th after the ramp",
      excludes: ["optimizer.decay.every", "optimizer.decay.after"],
      "After how many epochs the learning rate falls, such as 30,35."),
    Setting(
      "optimizer.clip-norm", SettingKind.number(.positive).or("none"), \.optimizer.clipNorm,
      "Largest Euclidean norm of the whole gradient."),
    Setting(
      "optimizer.weight-decay", .number(.notNegative), \.optimizer.weightDecay,
      of: .optimizers("adamw", "sgd"), standard: "0; adamw 0.01",
      "How much each step shrinks the weights, in learning rates."),
    Setting(
      "optimizer.beta1", .number(.belowOne), \.optimizer.beta1, of: .optimizers("adam", "adamw"),
      standard: "0.9", "How much of the past Adam's mean gradient keeps."),
    Setting(
      "optimizer.beta2", .number(.belowOne), \.optimizer.beta2, of: .optimizers("adam", "adamw"),
      standard: "0.999", "How much of the past Adam's mean squared gradient keeps."),
    Setting(
      "optimizer.epsilon", .number(.positive), \.optimizer.epsilon,
      of: .optimizers("adam", "adamw"), standard: "1e-8",
      "What Adam adds to the root of the mean squared gradient."),
    Setting(
      "optimizer.momentum", .number(.belowOne), \.optimizer.momentum, of: .optimizers("sgd"),
      standard: "0.9", "How much of the last step each one keeps."),
    Setting(
      "optimizer.nesterov", .flag, \.optimizer.nesterov, of: .optimizers("sgd"),
      standard: "true", "Whether the momentum is Nesterov's."),
    Setting(
      "optimizer.average-from",
      SettingKind.integer(1...Schedule.epochLimits.upperBound).or("none"),
      \.optimizer.averageFrom, option: "average-from", standard: "none",
      "Average the weights over epochs, from the end of this one on."),
    Setting(
      "optimizer.l1", .number(.notNegative), \.optimizer.l1, standard: "0",
      "Weight of the sum of all weights' magnitudes in the loss."),
  ]
}

/// The optimizer of a recipe as it is written.
///
/// `adam` and `adamw` are one rule here: the weight decay makes the difference, and Adam without
/// any is written as `adam`.
struct OptimizerDraft: Sendable {
  /// The rule: `adam`, `adamw` or `sgd`.
  var name: String?
  /// The learning rate of the first epoch.
  var learningRate: Float?
  /// Whether the word `none` stands in place of the decay's settings; false for a mapping.
  var hasNoDecay: Bool?
  /// The factor that the learning rate is multiplied by at each fall.
  var factor: Float?
  /// The number of epochs between two falls.
  var every: Int?
  /// The event after which the falls begin; `ramp` is the only one.
  var after: String?
  /// The numbers of epochs after which the learning rate falls.
  var milestones: [Int]?
  /// The largest Euclidean norm of the whole gradient, or the word `none`.
  var clipNorm: Float??
  /// The weight decay in units of the learning rate, and the momentum of descent.
  var weightDecay, momentum: Float?
  /// Whether the momentum is Nesterov's.
  var nesterov: Bool?
  /// The shares of the past in Adam's two means, and what is added to the root of the second.
  var beta1, beta2, epsilon: Float?
  /// The epoch, from 1, from whose end on the weights are averaged, or the word `none`.
  var averageFrom: Int??
  /// The weight of the sum of all weights' magnitudes in the loss.
  var l1: Float?

  /// Creates a draft that says nothing.
  init() {}

  /// Creates a draft that says everything about the settings that the table has.
  init(_ settings: Optimizer.Settings) {
    (name, learningRate) = (settings.name, settings.learningRate)
    switch settings.decay {
    case .constant: hasNoDecay = true
    case .milestones(let epochs, let factor): (milestones, self.factor) = (epochs, factor)
    case .afterRamp(let every, let factor):
      (self.factor, self.every, after) = (factor, every, "ramp")
    }
    clipNorm = .some(settings.clipNorm)
    if settings.name != "adam" { weightDecay = settings.weightDecay }
    if case .descent(let momentum, let nesterov) = settings.rule {
      (self.momentum, self.nesterov) = (momentum, nesterov)
    } else {
      adam(settings)
    }
    averageFrom = settings.averageFrom.map { .some($0) }
    l1 = settings.l1 > 0 ? settings.l1 : nil
  }

  /// Takes the numbers of Adam that are not the usual ones.
  private mutating func adam(_ settings: Optimizer.Settings) {
    let usual = Optimizer.Settings()
    beta1 = settings.beta1 == usual.beta1 ? nil : settings.beta1
    beta2 = settings.beta2 == usual.beta2 ? nil : settings.beta2
    epsilon = settings.epsilon == usual.epsilon ? nil : settings.epsilon
  }

  /// Returns the settings of the optimizer.
  ///
  /// - Parameters:
  ///   - standard: The usual ones for the data set, whose name, learning rate and decay count where
  ///     none are given.
  ///   - epochs: The number of epochs of the training.
  /// - Throws: ``SettingConflict`` for an average that would begin after the training.
  func value(or standard: Optimizer.Settings, epochs: Int) throws -> Optimizer.Settings {
    let name = name ?? standard.name
    let averageFrom = averageFrom ?? nil
    if let averageFrom, averageFrom > epochs {
      throw SettingConflict(
        ["optimizer.average-from"],
        "average-from must be at most the number of epochs, \(epochs), not \(averageFrom)")
    }
    var settings = Optimizer.Settings(
      name == "sgd" ? .descent(momentum: momentum ?? 0.9, nesterov: nesterov ?? true) : .adam,
      learningRate: learningRate ?? standard.learningRate,
      weightDecay: weightDecay ?? (name == "adamw" ? 0.01 : 0), l1: l1 ?? 0,
      clipNorm: clipNorm ?? nil, decay: decay(or: standard.decay), averageFrom: averageFrom)
    settings.beta1 = beta1 ?? settings.beta1
    settings.beta2 = beta2 ?? settings.beta2
    settings.epsilon = epsilon ?? settings.epsilon
    return settings
  }

  /// Returns how the learning rate falls.
  ///
  /// Milestones go first. A mapping, even an empty one, stands for a fall by half every ten epochs
  /// after the ramp, in which it may change the factor and the number of epochs. The word `none`
  /// stands for a constant rate; an override of one of the section's settings counts although the
  /// file has the word.
  private func decay(or standard: LearningRateDecay) -> LearningRateDecay {
    if let milestones { return .milestones(milestones, factor: factor ?? 0.5) }
    let isGiven = factor != nil || every != nil || after != nil
    guard isGiven || hasNoDecay == false else { return hasNoDecay == true ? .constant : standard }
    return .afterRamp(every: every ?? 10, factor: factor ?? 0.5)
  }
}
