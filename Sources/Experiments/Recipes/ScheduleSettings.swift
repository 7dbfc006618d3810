import RobustTraining

/// The settings of how long training goes on, and how ε grows.
extension Setting {
  /// The rows of the section `schedule`.
  static let schedule: [Setting] = [
    Setting(
      "schedule.epochs", .integer(Schedule.epochLimits), \.schedule.epochs, option: "epochs",
      standard: "20; digits 40", "Passes over the training data."),
    Setting(
      "schedule.batch-size", .integer(Schedule.batchLimits), \.schedule.batchSize,
      option: "batch-size", standard: "256; digits 32", "Examples in a batch."),
    Setting(
      "schedule.accumulate", .integer(Schedule.batchLimits), \.schedule.accumulate,
      option: "accumulate", standard: "1", "Batches in a step: their gradients' mean."),
    Setting(
      "schedule.ramp.start", .integer(EpsilonRamp.epochLimits), \.schedule.rampStart,
      option: "ramp-start", "Epochs before epsilon grows."),
    Setting(
      "schedule.ramp.length", .integer(EpsilonRamp.epochLimits), \.schedule.rampLength,
      option: "ramp-length", standard: "six tenths of all epochs",
      "Epochs in which epsilon grows."),
    Setting(
      "schedule.ramp.shape", .choice, \.schedule.rampShape,
      "How epsilon grows: evenly, or slowly at first."),
  ]
}

/// The schedule of a recipe as it is written.
///
/// A ramp that is left out has a length of six tenths of all epochs, so that the standard ramp fits
/// a training of any length.
struct ScheduleDraft: Sendable {
  /// The numbers of epochs, of examples in a batch, and of batches in a step; the epoch at which ε
  /// begins to grow, and the number of epochs in which it does.
  var epochs, batchSize, accumulate, rampStart, rampLength: Int?
  /// The curve along which ε grows.
  var rampShape: EpsilonRamp.Shape?

  /// Creates a draft that says nothing.
  init() {}

  /// Creates a draft that says everything about a schedule. One batch per step is left out, as
  /// recipes without accumulation are the rule.
  init(_ schedule: Schedule) {
    (epochs, batchSize) = (schedule.epochs, schedule.batchSize)
    accumulate = schedule.batchesPerStep > 1 ? schedule.batchesPerStep : nil
    (rampStart, rampLength) = (schedule.ramp.start, schedule.ramp.length)
    rampShape = schedule.ramp.shape
  }

  /// Returns the schedule.
  ///
  /// A start of the ramp that is given alone keeps the standard length, shortened to what is left
  /// of the epochs. A length that is given is taken as it is, and may be refused.
  ///
  /// - Parameter standard: The data set's usual schedule, whose number of epochs and batch size
  ///   count where none are given.
  /// - Throws: ``SettingConflict`` for a ramp that ends after the training.
  func value(or standard: Schedule) throws -> Schedule {
    let epochs = epochs ?? standard.epochs
    var schedule = Recipe.schedule(epochs: epochs, batchSize: batchSize ?? standard.batchSize)
    schedule.batchesPerStep = accumulate ?? 1
    if let rampStart {
      schedule.ramp.start = rampStart
      schedule.ramp.length = min(schedule.ramp.length, max(epochs - rampStart, 0))
    }
    schedule.ramp.length = rampLength ?? schedule.ramp.length
    schedule.ramp.shape = rampShape ?? .linear
    do {
      try schedule.validate()
    } catch {
      throw SettingConflict(
        ["schedule.ramp.length", "schedule.ramp.start", "schedule.epochs"], error.problem,
        remedy: error.remedy)
    }
    return schedule
  }
}
