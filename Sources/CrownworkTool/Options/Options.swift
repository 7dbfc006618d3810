import ArgumentParser
import Crownwork
import Foundation

/// What a model is, where its file does not say.
struct ModelOptions: SettingOptions {
  @Option("model.name") var model: RecipeOverride?
  @OptionGroup var size: ArchitectureOptions

  var overrides: [RecipeOverride] { given + size.given }
}

/// The sizes of an architecture.
struct ArchitectureOptions: SettingOptions {
  @Option("model.width") var width: RecipeOverride?
  @Option("model.hidden") var hidden: RecipeOverride?
  @Option("model.kernel") var kernel: RecipeOverride?
  @Option("model.blocks") var blocks: RecipeOverride?
}

extension ModelOptions {
  /// What the options say a file holds; nil where they say nothing.
  func description(input: String?, classes: Int?) throws -> ModelFile.Description? {
    guard model != nil else {
      guard overrides.isEmpty, input == nil, classes == nil else {
        throw Failure(
          .usage, "--width, --hidden, --kernel, --blocks, --input and --classes need --model")
      }
      return nil
    }
    guard let input else {
      throw Failure(.usage, "--model needs --input, such as --input 28x28x1")
    }
    return try SubjectOptions.description(of: overrides, input: input, classes: classes ?? 10)
  }
}

/// Where a model and its data come from.
struct SubjectOptions: ParsableArguments {
  @OptionGroup(title: "For a file that does not name its architecture") var model: ModelOptions
  @Option(help: "Shape of an input, HEIGHTxWIDTHxCHANNELS (with --model).")
  var input: String?
  @Option(help: "Number of classes (with --model). Default: 10.") var classes: Int?
  @Option(
    name: .customLong("output-name"), help: "Which output is meant, of an ONNX file with several.")
  var outputName: String?
  @Option("dataset", standard: "the model's own") var dataset: RecipeOverride?
  @OptionGroup var source: DataOptions
  @OptionGroup var threads: ThreadOption

  func open(_ path: String) throws -> SavedModel {
    try SavedModel(path: path, described: description(), output: outputName)
  }

  /// The model that is named in one of two ways.
  func open(_ path: String?, onnx: String?) throws -> SavedModel {
    switch (path, onnx) {
    case (let path?, nil): return try open(path)
    case (nil, let onnx?):
      guard try description() == nil else {
        throw Failure(.usage, "--model: an ONNX file (--onnx) holds its layers itself")
      }
      let url = URL(fileURLWithPath: onnx)
      let network = try ONNXModel.network(contentsOf: url, output: outputName)
      return SavedModel(name: onnx, file: ModelFile(network))
    case (nil, nil):
      throw Failure(
        .usage, "Missing expected argument '<model>' (or --onnx); see crownwork certify --help")
    case (_?, _?): throw Failure(.usage, "--onnx: the model is named twice; leave one out")
    }
  }

  private func description() throws -> ModelFile.Description? {
    try model.description(input: input, classes: classes)
  }

  /// An architecture by its options, and the input that it is for.
  static func description(
    of overrides: [RecipeOverride], input: String, classes: Int
  ) throws -> ModelFile.Description {
    let recipe = try Recipe(for: .mnist).applying(overrides)
    let shape = input.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    guard shape.count == 3, shape.allSatisfy({ $0 > 0 }) else {
      throw Failure(.usage, "--input: must be HEIGHTxWIDTHxCHANNELS, not \"\(input)\"")
    }
    return ModelFile.Description(recipe.model.architecture, input: shape, classes: classes)
  }

  /// The examples to test a model with, and the model as it takes them.
  func examples(
    for model: SavedModel, count: String?
  ) throws -> (model: SavedModel, range: ExampleRange) {
    var recipe = try Recipe(dataset.map { [$0] } ?? [])
    if dataset == nil {
      guard let name = model.dataset else {
        throw Failure(
          .usage, "\(model.name): does not say its data set; name it with --dataset")
      }
      recipe.dataset = name
      recipe.images = model.recipe?.images ?? ImageSettings()
    }
    recipe.data = source.data?.value ?? (dataset == nil ? model.recipe?.data : nil)
    recipe.images = try source.settings(in: recipe)
    let data = try recipe.loadDataset { Console.error("fetching \($0.absoluteString)") }
    if dataset == nil, source.data == nil { warnOfOtherData(data, model) }
    Console.warn(of: data)
    let range = try ExampleRange(
      count ?? model.evaluation.examples.map(String.init), in: data.test, dataset: recipe.dataset)
    return (try range.fitted(model), range)
  }

  /// Pictures of one's own may have changed since a training, and with them which are test data.
  private func warnOfOtherData(_ data: Dataset, _ model: SavedModel) {
    guard model.dataset == .images, let own = model.file.dataDigest, own != data.train.digest else {
      return
    }
    Console.error(
      "crownwork: \(model.name): warning: its training data have changed since; it may have been "
        + "trained on some of the test images")
  }

  func apply() throws { try threads.apply() }
}

/// Where data are, and what pictures are turned into.
struct DataOptions: SettingOptions {
  @Option("data") var data: RecipeOverride?
  @Option("images.size") var imageSize: RecipeOverride?
  @Option("images.channels") var channels: RecipeOverride?
  @Option("images.layout") var layout: RecipeOverride?

  /// The settings of a recipe's images with what the options say in their place.
  ///
  /// - Throws: ``RecipeError``.
  func settings(in recipe: Recipe) throws -> ImageSettings {
    try recipe.applying([imageSize, channels, layout].compactMap(\.self)).images
  }
}

/// What a recipe trains and certifies for.
struct SetOptions: SettingOptions {
  @Option("perturbation.epsilon") var epsilon: RecipeOverride?
  @Option("perturbation.norm") var norm: RecipeOverride?
  @OptionGroup var domain: DomainOption

  var overrides: [RecipeOverride] { given + domain.given }
}

/// What a model is certified against, in place of what it says itself.
struct TargetOptions: SettingOptions {
  @Option("perturbation.epsilon", standard: "the model's or data set's own")
  var epsilon: RecipeOverride?
  @Option("perturbation.norm", standard: "the model's own, else linf") var norm: RecipeOverride?
  @OptionGroup var domain: DomainOption

  /// The settings of the set.
  static let setPaths = ["perturbation.norm", "perturbation.epsilon", "perturbation.clip"]
  /// The settings of the set and of the methods.
  static let paths = setPaths + ["evaluate.methods", "evaluate.slope"]

  /// The settings of the set that are given, and those of the methods.
  func overrides(
    by methods: RecipeOverride? = nil, slope: RecipeOverride? = nil
  ) -> [RecipeOverride] {
    given + domain.given + [methods, slope].compactMap(\.self)
  }
}

/// Whether pixels stay pixels.
struct DomainOption: ParsableArguments {
  @Flag(inversion: .prefixedNo, help: "Stay within [0, 1]. Default: with linf only.")
  var clip: Bool?

  var given: [RecipeOverride] {
    clip.map { isOn in
      [
        RecipeOverride(
          "perturbation.clip", isOn ? "0,1" : "none", option: isOn ? "--clip" : "--no-clip")
      ]
    } ?? []
  }
}

/// A part of a test set, and where it begins.
struct ExampleRange {
  let data: LabeledImages
  let start: Int
  let dataset: DatasetName

  /// Reads "N" (the first N), "A:B" or "A..<B" (which a shell wants quoted); nil is all.
  init(_ text: String?, in test: LabeledImages, dataset: DatasetName) throws {
    self.dataset = dataset
    guard let text else {
      (data, start) = (test, 0)
      return
    }
    let parts = text.replacingOccurrences(of: "..<", with: ":").components(separatedBy: ":")
    let numbers = parts.compactMap { Int($0) }
    guard numbers.count == parts.count, (1...2).contains(parts.count) else {
      throw Failure(.usage, "--examples: must be a number or A:B, not \"\(text)\"")
    }
    let range = parts.count == 1 ? (0, min(numbers[0], test.count)) : (numbers[0], numbers[1])
    guard range.0 >= 0, range.0 < range.1, range.1 <= test.count else {
      throw Failure(.usage, "--examples: \(text) is no part of the \(test.count) test examples")
    }
    (data, start) = (test[range.0..<range.1], range.0)
  }

  /// The model as it takes these images: with its input in order and without a softmax at its end.
  ///
  /// - Throws: ``Failure`` where it does not take them.
  func fitted(_ model: SavedModel) throws -> SavedModel {
    let shape = [data.height, data.width, data.channels]
    let network = model.file.network
    guard let fitted = model.taking(images: shape), network.classes >= data.classes else {
      throw Failure(
        .badData,
        "\(model.name): takes images \(network.inputShape) of \(network.classes) classes, but "
          + "\(dataset.rawValue) has \(shape) of \(data.classes); name another with --dataset")
    }
    if network.logits.nodes.count < network.nodes.count, let last = network.nodes.last {
      Console.error(
        "crownwork: \(model.name): note: its \(type(of: last.layer).kind) at the end is left out; "
          + "answers and certificates are the same without it")
    }
    return fitted
  }
}
