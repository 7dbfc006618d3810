import Formats
import Foundation
import Networks
import Tensors

/// A training run on disk: one safetensors file with parameters, running statistics, the
/// optimiser's means, the counters and a hash of the training data. Data order and randomness
/// follow from seed and step.
extension TrainingRun {
  private static let format = "crownwork checkpoint 2"

  /// Writes the state, atomically. `settings` is the resolved recipe; ``restore(from:settings:)``
  /// refuses a checkpoint of other settings or data. The number of epochs is none of the state: what
  /// a step does depends on the steps before it alone.
  ///
  /// - Throws: ``FormatError``.
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
  /// - Parameter areSame: Whether two texts of settings lead to the same state.
  /// Throws ``FormatError`` for a damaged file and ``TrainingError/checkpoint(_:)`` for one of
  /// another kind, of other settings or data, or that does not fit the network.
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

  private static func best(_ text: String) -> (error: Float, epoch: Int)? {
    let words = text.split(separator: " ")
    guard words.count == 2, let bits = UInt32(words[0]), let epoch = Int(words[1]) else {
      return nil
    }
    return (Float(bitPattern: bits), epoch)
  }
}

extension EpochSums {
  /// The exact state as text.
  var text: String { "\(loss.bitPattern) \(examples) \(bounded) \(unverified)" }

  init?(text: String) {
    let words = text.split(separator: " ")
    guard words.count == 4, let bits = UInt64(words[0]), let examples = Int(words[1]),
      let bounded = Int(words[2]), let unverified = Int(words[3])
    else { return nil }
    self.init(
      loss: Double(bitPattern: bits), examples: examples, bounded: bounded, unverified: unverified)
  }
}
