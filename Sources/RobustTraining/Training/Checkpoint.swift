import Formats
import Foundation
import Networks
import Tensors

/// A training run on disk: one safetensors file with everything that decides how the run goes on.
///
/// The file holds as arrays the parameters ("model/…"), the optimiser's means ("adam.first/…",
/// "adam.second/…"; velocities are in the first), the running statistics of BatchNorm layers, and
/// the average of the weights once it has begun. Its metadata hold the settings, the counters of
/// steps and updates, the sums of the unfinished epoch, the best epoch so far, the warnings already
/// given and a hash of the training data. Data order and randomness follow from seed and step, so
/// they are not stored: a restored run gives the same bits as an uninterrupted one.
extension TrainingRun {
  /// What the metadata call this layout; a file of another layout is refused.
  private static let format = "crownwork checkpoint 2"

  /// Writes the state, atomically: a process that dies meanwhile leaves the file as it was.
  ///
  /// ```swift
  /// try stopped.save(to: url, settings: "first try")
  /// var run = try TrainingRun(plan, network: network, on: data.train)
  /// try run.restore(from: url, settings: "first try")
  /// try run.train()
  /// ```
  ///
  /// The number of epochs is none of the state, since what a step does depends on the steps before
  /// it alone.
  ///
  /// - Parameter settings: The resolved recipe, or any text that names all settings.
  ///   ``restore(from:settings:areSame:)`` refuses a checkpoint of other settings or data.
  /// - Throws: `FormatError` where the file cannot be written.
  public func save(to url: URL, settings: String) throws {
    var arrays: [String: SafetensorsArray] = [:]
    let paths = template.parameters.map(\.path)
    for (prefix, tensors) in [
      ("model", parameters), ("adam.first", optimizer.first), ("adam.second", optimizer.second),
      ("average", average?.values ?? []),
    ] {
      for (path, tensor) in zip(paths, tensors) {
        arrays["\(prefix)/\(path)"] = SafetensorsArray(shape: tensor.shape, scalars: tensor.scalars)
      }
    }
    for (prefix, all) in [
      ("statistics", template.runningStatistics), ("average.statistics", average?.statistics ?? []),
    ] {
      for (number, statistics) in all.enumerated() {
        for (name, tensor) in [("mean", statistics.mean), ("variance", statistics.variance)] {
          arrays["\(prefix)/\(number).\(name)"] =
            SafetensorsArray(shape: tensor.shape, scalars: tensor.scalars)
        }
      }
    }
    var metadata = [
      "format": Self.format, "settings": settings, "step": "\(step)",
      "updates": "\(optimizer.updates)", "sums": sums.text, "data": dataDigest,
    ]
    if let average { metadata["averaged"] = "\(average.count)" }
    if !told.isEmpty { metadata["warnings"] = told.map(\.rawValue).sorted().joined(separator: " ") }
    if let best { metadata["best"] = "\(best.error.bitPattern) \(best.epoch)" }
    try SafetensorsFile(arrays: arrays, metadata: metadata).write(to: url)
  }

  /// Takes over the state of a checkpoint made with the same settings on the same data.
  ///
  /// Everything is read and checked before anything is taken over: if this throws, the run is what
  /// it was.
  ///
  /// - Parameters:
  ///   - settings: The settings of this run, as they would be saved.
  ///   - areSame: Whether two texts of settings, the stored one first, lead to the same state.
  ///     Recipes that differ in the number of epochs alone do.
  /// - Throws: `FormatError` for a file that is damaged or cannot be read, and
  ///   ``TrainingError/checkpoint(_:)`` for one of another kind, of other settings or data, with
  ///   more epochs begun than the plan has, or that does not fit the network.
  public mutating func restore(
    from url: URL, settings: String, areSame: (String, String) -> Bool = { $0 == $1 }
  ) throws {
    let file = try SafetensorsFile(contentsOf: url)
    func fail(_ problem: String) -> TrainingError {
      .checkpoint("\(url.path): \(problem)")
    }
    guard file.metadata["format"] == Self.format else {
      throw fail("not a checkpoint of this version; start anew in another folder")
    }
    guard let stored = file.metadata["settings"], areSame(stored, settings) else {
      throw fail(
        "made with other settings than this run; resume with the same ones, or name another folder")
    }
    guard file.metadata["data"] == dataDigest else {
      throw fail(
        "the training data are not those that it was made with, so that others would be held out; "
          + "bring them back, or start anew in another folder")
    }
    let paths = template.parameters.map(\.path)
    func tensor(_ name: String, like old: Tensor) throws -> Tensor {
      guard let array = file.arrays[name], array.shape == old.shape else {
        throw fail("tensor \(name) is missing or has another shape")
      }
      return Tensor(shape: array.shape, array.scalars)
    }
    func tensors(_ prefix: String, like old: [Tensor]) throws -> [Tensor] {
      try zip(paths, old).map { try tensor("\(prefix)/\($0)", like: $1) }
    }
    guard let step = file.metadata["step"].flatMap(Int.init), step >= 0,
      let updates = file.metadata["updates"].flatMap(Int.init), updates >= 0,
      let sums = file.metadata["sums"].flatMap(EpochSums.init(text:))
    else { throw fail("its counters are missing or damaged; start anew in another folder") }
    guard step <= plan.schedule.epochs * stepsPerEpoch else {
      let begun = (step + stepsPerEpoch - 1) / stepsPerEpoch
      throw fail(
        "the run has begun \(begun) epochs already, more than \(plan.schedule.epochs); name at least "
          + "\(begun)")
    }
    let (values, first, second) = (
      try tensors("model", like: parameters), try tensors("adam.first", like: optimizer.first),
      try tensors("adam.second", like: optimizer.second)
    )
    func statistics(_ prefix: String) throws -> [RunningStatistics] {
      try template.runningStatistics.enumerated().map { number, old in
        RunningStatistics(
          mean: try tensor("\(prefix)/\(number).mean", like: old.mean),
          variance: try tensor("\(prefix)/\(number).variance", like: old.variance))
      }
    }
    // The last reads that can fail come before the first assignment to the run.
    let running = try statistics("statistics")
    average = try file.metadata["averaged"].flatMap(Int.init).map { count in
      WeightAverage(
        values: try tensors("average", like: parameters), count: count,
        statistics: try statistics("average.statistics"))
    }
    parameters = values
    template = template.withRunningStatistics(running)
    optimizer.first = first
    optimizer.second = second
    optimizer.updates = updates
    (self.step, self.sums) = (step, sums)
    let words = file.metadata["warnings"]?.split(separator: " ") ?? []
    told = Set(words.compactMap { TrainingWarning.Kind(rawValue: String($0)) })
    best = file.metadata["best"].flatMap(Self.best)
  }

  /// Reads the best error, as the bits of a Float, and its epoch; nil for a text that is not both.
  private static func best(_ text: String) -> (error: Float, epoch: Int)? {
    let words = text.split(separator: " ")
    guard words.count == 2, let bits = UInt32(words[0]), let epoch = Int(words[1]) else {
      return nil
    }
    return (Float(bitPattern: bits), epoch)
  }
}

extension EpochSums {
  /// The exact state as text: the bits of the loss, then the three counts. Decimal digits of the
  /// loss could lose the last bits of a resumed epoch's mean.
  var text: String { "\(loss.bitPattern) \(examples) \(bounded) \(unverified)" }

  /// Reads what ``text`` wrote; nil for anything else.
  init?(text: String) {
    let words = text.split(separator: " ")
    guard words.count == 4, let bits = UInt64(words[0]), let examples = Int(words[1]),
      let bounded = Int(words[2]), let unverified = Int(words[3])
    else { return nil }
    self.init(
      loss: Double(bitPattern: bits), examples: examples, bounded: bounded, unverified: unverified)
  }
}
