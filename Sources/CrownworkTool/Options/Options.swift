import ArgumentParser
import Crownwork
import Foundation

/// The options that name an architecture.
///
/// In `train` and `sweep` they choose the network to train. Elsewhere they say which architecture
/// the tensors of a file belong to that does not say it itself, such as a plain state dict of
/// PyTorch.
struct ModelOptions: SettingOptions {
  /// `--model`: the architecture's name.
  @Option("model.name") var model: RecipeOverride?
  /// The architecture's sizes.
  @OptionGroup var size: ArchitectureOptions

  /// The settings that this group and the sizes give.
  var overrides: [RecipeOverride] { given + size.given }
}

/// The options for the sizes of an architecture; each architecture has some of them and refuses the
/// others.
struct ArchitectureOptions: SettingOptions {
  /// `--width`: the width of the convolutions.
  @Option("model.width") var width: RecipeOverride?
  /// `--hidden`: the units of the hidden fully connected layers; a list for mlp.
  @Option("model.hidden") var hidden: RecipeOverride?
  /// `--kernel`: the side of the convolutions' kernels.
  @Option("model.kernel") var kernel: RecipeOverride?
  /// `--blocks`: the residual blocks in each stage.
  @Option("model.blocks") var blocks: RecipeOverride?
}

/// The description of a file's contents, for commands that open files.
extension ModelOptions {
  /// Returns what the options say about the contents of a file; nil where they say nothing.
  ///
  /// - Parameters:
  ///   - input: The option `--input`, HEIGHTxWIDTHxCHANNELS.
  ///   - classes: The option `--classes`; nil for ten classes.
  /// - Throws: ``Failure`` with ``Failure/Code/usage`` where sizes, input or classes are given
  ///   without `--model`, and where `--model` is given without `--input`; and as
  ///   ``SubjectOptions/description(of:input:classes:)``.
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

/// The options of `evaluate`, `certify`, `attack` and `bench` that say what is judged, and on which
/// data.
///
/// The commands first call ``apply()``, then ``open(_:)`` for a model, then
/// ``examples(for:count:)``, which loads the data and fits the two together. Each call refuses what
/// it finds wrong, before anything long is computed.
struct SubjectOptions: ParsableArguments {
  /// The architecture of a file that does not name it.
  @OptionGroup(title: "For a file that does not name its architecture") var model: ModelOptions
  /// `--input`: the shape of one input of that architecture.
  @Option(help: "Shape of an input, HEIGHTxWIDTHxCHANNELS (with --model).")
  var input: String?
  /// `--classes`: the number of that architecture's outputs.
  @Option(help: "Number of classes (with --model). Default: 10.") var classes: Int?
  /// `--output-name`: the output that is meant, of an ONNX file with several.
  @Option(
    name: .customLong("output-name"), help: "Which output is meant, of an ONNX file with several.")
  var outputName: String?
  /// `--dataset`: the data set to judge on, in place of the one that the model was trained on.
  @Option("dataset", standard: "the model's own") var dataset: RecipeOverride?
  /// The place of the data, and the form that pictures are brought into.
  @OptionGroup var source: DataOptions
  @OptionGroup var threads: ThreadOption

  /// Opens a run's folder, a model file or an ONNX file.
  ///
  /// - Throws: ``Failure`` for options that do not fit each other, `FormatError` for a file that
  ///   is missing or damaged, `RecipeError` for a damaged `run.yaml`, and
  ///   `RunError.noModel(_:failure:)` for a run of which no epoch has ended.
  func open(_ path: String) throws -> SavedModel {
    try SavedModel(path: path, described: description(), output: outputName)
  }

  /// Opens the model of `certify`, which is named by the argument or by `--onnx`.
  ///
  /// A file that `--onnx` names is read as ONNX whatever its ending, as scripts of the verification
  /// competition need it. What `convert` wrote into it about data set and target counts as well.
  ///
  /// - Throws: ``Failure`` with ``Failure/Code/usage`` where neither or both name a model, and
  ///   where `--model` describes an ONNX file; else as ``open(_:)``.
  func open(_ path: String?, onnx: String?) throws -> SavedModel {
    switch (path, onnx) {
    case (let path?, nil): return try open(path)
    case (nil, let onnx?):
      guard try description() == nil else {
        throw Failure(.usage, "--model: an ONNX file (--onnx) holds its layers itself")
      }
      let url = URL(fileURLWithPath: onnx)
      return SavedModel(name: onnx, file: try ModelFile(onnx: url, output: outputName))
    case (nil, nil):
      throw Failure(
        .usage, "Missing expected argument '<model>' (or --onnx); see crownwork certify --help")
    case (_?, _?): throw Failure(.usage, "--onnx: the model is named twice; leave one out")
    }
  }

  /// Returns the description of the model's file by the options; nil where they say nothing.
  private func description() throws -> ModelFile.Description? {
    try model.description(input: input, classes: classes)
  }

  /// Returns an architecture and the inputs it is for.
  ///
  /// Sizes that the options leave out are the architecture's defaults, which for cnn-2layer are
  /// those of a recipe for MNIST: width 1 and 128 hidden units.
  ///
  /// - Parameters:
  ///   - overrides: Settings of the section `model`.
  ///   - input: HEIGHTxWIDTHxCHANNELS.
  ///   - classes: The number of outputs.
  /// - Throws: ``Failure`` with ``Failure/Code/usage`` for an `input` that is not three positive
  ///   numbers, and `RecipeError` for sizes that the architecture does not have.
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

  /// Loads the examples to judge a model on, and fits the model to them.
  ///
  /// The data set is that of `--dataset`, else the one that the model was trained on, then with the
  /// place and the form of pictures that the model's run had. A data set that is not on this
  /// machine is fetched. Warnings about the data go to the standard error.
  ///
  /// - Parameters:
  ///   - model: A model as ``open(_:)`` returns it.
  ///   - count: The option `--examples` (see ``ExampleRange``); nil for the number that the model's
  ///     recipe says, else all.
  /// - Returns: The model with a network that takes these images and gives logits, and the part of
  ///   the test set.
  /// - Throws: ``Failure`` where the model does not name its data set and no option does, where the
  ///   range is not in the test set, and where the network does not take the images;
  ///   `FormatError` for data that are missing or damaged; `RecipeError` for options about
  ///   pictures that are out of range.
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

  /// Warns if the training data are other ones than those that the model was trained on.
  ///
  /// With a user's folder of pictures the choice of test images may depend on what is in the
  /// folder. Pictures that were added or removed since can turn training images into test images,
  /// and errors on these mean little.
  private func warnOfOtherData(_ data: Dataset, _ model: SavedModel) {
    guard model.dataset == .images, let own = model.file.dataDigest, own != data.train.digest else {
      return
    }
    Console.error(
      "crownwork: \(model.name): warning: its training data have changed since; it may have been "
        + "trained on some of the test images")
  }

  /// Sets the number of threads; the first thing that a command does.
  func apply() throws { try threads.apply() }
}

/// The options that say where data are, and what pictures are turned into.
struct DataOptions: SettingOptions {
  /// `--data`: the folder of the data set, searched in place of all other places.
  @Option("data") var data: RecipeOverride?
  /// `--image-size`: the height and width that every picture is resized to.
  @Option("images.size") var imageSize: RecipeOverride?
  /// `--channels`: 1 makes every picture grey, 3 coloured.
  @Option("images.channels") var channels: RecipeOverride?
  /// `--layout`: whether NumPy images have their channels last or first.
  @Option("images.layout") var layout: RecipeOverride?

  /// Returns the image settings of a recipe, with the values that these options give in their
  /// place.
  ///
  /// - Throws: `RecipeError` for a value out of range, and for an option about pictures with
  ///   another data set than `images`.
  func settings(in recipe: Recipe) throws -> ImageSettings {
    try recipe.applying([imageSize, channels, layout].compactMap(\.self)).images
  }
}

/// The options of `train` and `sweep` about the perturbation set that a network is trained and
/// certified for.
struct SetOptions: SettingOptions {
  /// `--epsilon`: the certified ε in raw pixel units. It is that of training, too, unless
  /// `--train-epsilon` is given.
  @Option("perturbation.epsilon") var epsilon: RecipeOverride?
  /// `--norm`: linf, l2 or l1.
  @Option("perturbation.norm") var norm: RecipeOverride?
  @OptionGroup var domain: DomainOption

  /// The settings of the section `perturbation` that are given.
  var overrides: [RecipeOverride] { given + domain.given }
}

/// The options of `evaluate`, `certify`, `attack` and `bench` about the perturbation set that a
/// model is judged by, in place of what the model says itself.
struct TargetOptions: SettingOptions {
  /// `--epsilon`: ε in raw pixel units.
  @Option("perturbation.epsilon", standard: "the model's or data set's own")
  var epsilon: RecipeOverride?
  /// `--norm`: linf, l2 or l1.
  @Option("perturbation.norm", standard: "the model's own, else linf") var norm: RecipeOverride?
  @OptionGroup var domain: DomainOption

  /// The path of ε, which an option and `--set` may give.
  static let epsilonPath = "perturbation.epsilon"
  /// The settings of the set, as `--set` may name them.
  static let setPaths = ["perturbation.norm", epsilonPath, "perturbation.clip"]
  /// The settings of the set and of the methods, for commands that certify.
  static let paths = setPaths + ["evaluate.methods", "evaluate.slope"]

  /// Returns the settings of the set that are given, followed by those of the methods.
  ///
  /// - Parameters:
  ///   - methods: The command's option for `evaluate.methods`.
  ///   - slope: The command's option for `evaluate.slope`.
  func overrides(
    by methods: RecipeOverride? = nil, slope: RecipeOverride? = nil
  ) -> [RecipeOverride] {
    given + domain.given + [methods, slope].compactMap(\.self)
  }
}

/// The options that decide whether perturbed images stay within the range of pixels.
///
/// For ℓ∞ the bounds make use of that range. For ℓ2 and ℓ1 they hold for the whole ball, and only
/// attacks are kept inside.
struct DomainOption: ParsableArguments {
  /// `--clip` or `--no-clip`; nil where neither is given.
  @Flag(inversion: .prefixedNo, help: "Stay within [0, 1]. Default: with linf only.")
  var clip: Bool?

  /// The setting `perturbation.clip` with [0, 1] or none; empty where neither option is given.
  var given: [RecipeOverride] {
    clip.map { isOn in
      [
        RecipeOverride(
          "perturbation.clip", isOn ? "0,1" : "none", option: isOn ? "--clip" : "--no-clip")
      ]
    } ?? []
  }
}

/// A part of a test set, as the option `--examples` names it.
struct ExampleRange {
  /// The examples of the part.
  let data: LabeledImages
  /// The number of its first example in the whole test set, from 0. Reports add it to the index
  /// within the part, so that an example has one number in all of them.
  let start: Int
  /// The data set that the part is from.
  let dataset: DatasetName

  /// Takes a part of a test set.
  ///
  /// - Parameters:
  ///   - text: "N" for the first N examples, or for all where there are fewer; "A:B", or "A..<B" in
  ///     quotes, for those from A to before B, from 0; nil for all.
  ///   - test: The whole test set.
  /// - Throws: ``Failure`` with ``Failure/Code/usage`` for another text, an empty part and one that
  ///   reaches beyond the test set.
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

  /// Returns the model as it takes these images: with its input put in order, and without a softmax
  /// at its end.
  ///
  /// A softmax changes neither the answer nor whether a margin is positive; a note says that it is
  /// left out. The network may have more outputs than the data have classes.
  ///
  /// - Throws: ``Failure`` with ``Failure/Code/badData`` where the network takes images of another
  ///   shape or has fewer outputs than there are classes.
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
