import RobustTraining

/// The settings of how long training goes on, and how ε grows.
extension Setting {
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
struct ScheduleDraft: Sendable {
  var epochs, batchSize, accumulate, rampStart, rampLength: Int?
  var rampShape: EpsilonRamp.Shape?

  init() {}

  init(_ schedule: Schedule) {
    (epochs, batchSize) = (schedule.epochs, schedule.batchSize)
    accumulate = schedule.batchesPerStep > 1 ? schedule.batchesPerStep : nil
    (rampStart, rampLength) = (schedule.ramp.start, schedule.ramp.length)
    rampShape = schedule.ramp.shape
  }

  /// - Throws: ``SettingConflict`` for a ramp that is longer than the training.
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
