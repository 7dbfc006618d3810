import Datasets
import Networks
import RobustTraining

/// The settings of the network.
extension Setting {
  /// The paths of the architectures' sizes, which belong to one architecture and are dropped with
  /// it.
  private static let sizes = ["model.blocks", "model.hidden", "model.kernel", "model.width"]

  /// The rows of the section `model`.
  static let model: [Setting] = [
    Setting(
      "model.start", .path, \.model.start, option: "start",
      excludes: ["model.name"] + sizes + ["model.mean", "model.std"],
      "Start from this network and its weights: a run, a model file or an ONNX file."),
    Setting(
      "model.name", .choice(Architecture.names), \.model.name, option: "model",
      excludes: ["model.start"], displaces: { _, _ in sizes }, "Architecture."),
    size("blocks", "1", "Residual blocks in each stage."),
    Setting(
      "model.hidden", .sizes, \.model.hidden, option: "hidden",
      of: .architectures(with: "hidden"), standard: "the smallest published",
      excludes: ["model.start"],
      writing: { values, draft in
        draft.model.name == "mlp" ? "\(values)" : SettingKind<[Int]>.sizes.write(values)
      }, "Units of the hidden layers; for mlp a list such as 128,64."),
    size("kernel", "3", "Kernel size."),
    size("width", "1; digits 4, cnn7-bn 64", "Width of the convolutions."),
    Setting(
      "model.mean", .mean, \.model.mean, standard: "none; cifar10 its own",
      excludes: ["model.start"],
      "Number for each channel that is subtracted inside the network; data for the images' own."),
    Setting(
      "model.std", .deviations, \.model.deviations, standard: "none; cifar10 its own",
      excludes: ["model.start"], "Number for each channel that is divided by inside the network."),
  ]

  /// Makes the row of a size that is one number for most architectures.
  ///
  /// - Parameters:
  ///   - key: The size's key in the section, which is also its option and its name among the
  ///     options of an architecture.
  ///   - standard: The default in words.
  ///   - help: What the size is, in a sentence.
  private static func size(_ key: String, _ standard: String, _ help: String) -> Setting {
    let places: [String: any WritableKeyPath<RecipeDraft, [Int]?> & Sendable] = [
      "blocks": \.model.blocks, "kernel": \.model.kernel, "width": \.model.width,
    ]
    return Setting(
      "model.\(key)", .sizes, places[key]!, option: key, of: .architectures(with: key),
      standard: standard, excludes: ["model.start"], help)
  }
}

/// The network of a recipe as it is written.
///
/// Sizes are lists, as ``Networks/Architecture`` has them: `mlp` takes several hidden layers, the
/// others one number.
struct ModelDraft: Sendable {
  /// The setting `model.mean`: the numbers that are subtracted of each channel.
  enum Mean: Sendable {
    /// No normalisation, also where the data set usually has one.
    case none
    /// The means of the training images, with their deviations too.
    case data
    /// A number for each channel.
    case numbers([Float])
  }

  /// The path of a network to start from.
  var start: String?
  /// The name of the architecture.
  var name: String?
  /// The sizes of the architecture, each for as many layers as it has.
  var blocks, hidden, kernel, width: [Int]?
  /// The numbers that are subtracted of each channel.
  var mean: Mean?
  /// The numbers that each channel is divided by.
  var deviations: [Float]?

  /// Creates a draft that says nothing.
  init() {}

  /// Creates a draft that says everything about a network.
  ///
  /// A network to start from says nothing but its path. Without a normalisation, the word `none` is
  /// needed only on a data set that usually has one.
  init(_ model: Recipe.Model, on dataset: DatasetName) {
    guard model.start == nil else {
      start = model.start
      return
    }
    name = model.architecture.name
    let options = model.architecture.options
    (blocks, hidden) = (options["blocks"], options["hidden"])
    (kernel, width) = (options["kernel"], options["width"])
    if model.normalizesByData {
      mean = .data
    } else if !model.mean.isEmpty {
      (mean, deviations) = (.numbers(model.mean), model.standardDeviation)
    } else if !Recipe(for: dataset).model.mean.isEmpty {
      mean = Mean.none
    }
  }

  /// Returns the network.
  ///
  /// - Parameter standard: The data set's usual network, whose sizes count only as long as its
  ///   architecture does.
  /// - Throws: ``SettingConflict`` for sizes that the architecture does not have or that make no
  ///   network, and for means and deviations that are not as many as each other.
  func value(or standard: Recipe.Model) throws -> Recipe.Model {
    var model = standard
    model.start = start
    guard start == nil else {
      (model.mean, model.standardDeviation) = ([], [])
      return model
    }
    model.architecture = try architecture(or: standard.architecture)
    switch mean {
    case nil: break
    case .some(.none): (model.mean, model.standardDeviation) = ([], [])
    case .data:
      (model.mean, model.standardDeviation, model.normalizesByData) = ([], [], true)
      guard deviations == nil else {
        throw SettingConflict(["model.std"], "std and mean: data", remedy: "leave std out")
      }
    case .numbers(let numbers): (model.mean, model.standardDeviation) = (numbers, [])
    }
    model.standardDeviation = deviations ?? model.standardDeviation
    guard model.mean.count == model.standardDeviation.count else {
      throw SettingConflict(
        ["model.std", "model.mean"],
        "mean has \(model.mean.count) numbers, std \(model.standardDeviation.count)",
        remedy: "give one of each for every channel")
    }
    return model
  }

  /// Returns the architecture with its sizes.
  private func architecture(or standard: Architecture) throws -> Architecture {
    var options = name == nil || name == standard.name ? standard.options : [:]
    for (key, value) in [
      ("blocks", blocks), ("hidden", hidden), ("kernel", kernel), ("width", width),
    ] {
      if let value { options[key] = value }
    }
    do {
      return try Architecture(name: name ?? standard.name, options: options)
    } catch {
      throw SettingConflict(
        ["model.name", "model.width", "model.blocks", "model.hidden", "model.kernel"], "\(error)")
    }
  }
}

extension SettingKind where Value == [Int] {
  /// Sizes of layers: whole numbers in 1...65536. One is written without brackets.
  static var sizes: Self {
    let lists = SettingKind<Int>.integer(1...65_536).list(
      "a whole number in 1...65536, for mlp a list of them")
    return SettingKind(words: lists.words, isNumber: true, read: lists.read) {
      $0.count == 1 ? "\($0[0])" : lists.write($0)
    }
  }
}

extension SettingKind where Value == [Float] {
  /// Standard deviations, which are divided by: numbers above 0.
  static var deviations: Self {
    SettingKind<Float>.number(.positive).list("a number above 0 for each channel")
  }
}

extension SettingKind where Value == ModelDraft.Mean {
  /// The word `none`, the word `data`, or a number for each channel.
  static var mean: Self {
    let numbers = SettingKind<Float>.finite.list("a number for each channel")
    return SettingKind(words: "none, data or \(numbers.words)", isNumber: true) { given in
      switch given.text {
      case "none": ModelDraft.Mean.none
      case "data": .data
      default: numbers.read(given).map { .numbers($0) }
      }
    } write: {
      switch $0 {
      case .none: "none"
      case .data: "data"
      case .numbers(let values): numbers.write(values)
      }
    }
  }
}
