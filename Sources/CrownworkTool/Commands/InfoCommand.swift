import ArgumentParser
import Crownwork
import Foundation

/// `crownwork info`: the layers, shapes and sizes of a model or of an architecture.
///
/// It reads one file, or makes a network of a named architecture, prints its sheet (``ModelSheet``)
/// and writes nothing. Exit codes other than 0: 64 for options that do not fit the subject, 65 for
/// a damaged file and for sizes that do not fit the input, 66 for a missing file; a name that is
/// nearly an architecture's is suggested.
struct InfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info", abstract: "Layers, shapes and sizes of a model or an architecture.",
    usage: "crownwork info [<options>] <subject>",
    discussion: """
      EXAMPLES
        crownwork info runs/digits-cnn-2layer
        crownwork info dm-small
        crownwork info cnn-4layer --width 2 --hidden 512 --input 32x32x3
        crownwork info net.pt --model dm-small --input 28x28x1
      """)

  /// The model's file or run, or the name of an architecture. A file with such a name is reached as
  /// "./NAME".
  @Argument(
    help: "A run, a model or ONNX file, or one of \(Architecture.names.joined(separator: ", ")).",
    completion: .modelOrArchitecture)
  var subject: String
  /// The sizes of the architecture, or the architecture of a file that does not name it.
  @OptionGroup var model: ModelOptions
  /// `--input`: the shape of one input of the architecture.
  @Option(help: "Shape of an input, HEIGHTxWIDTHxCHANNELS. Default: 28x28x1.") var input: String?
  /// `--classes`: the number of the architecture's outputs.
  @Option(help: "Number of classes. Default: 10.") var classes: Int?
  /// `--output-name`: the output that is meant, of an ONNX file with several.
  @Option(
    name: .customLong("output-name"), help: "Which output is meant, of an ONNX file with several.")
  var outputName: String?
  /// `--json`: prints the sheet as one line of JSON.
  @Flag(help: "Print JSON.") var json = false

  /// Finds out what the subject is, and prints its sheet.
  mutating func run() throws {
    let model = try Architecture.names.contains(subject) ? named() : saved()
    let sheet = ModelSheet(model)
    Console.standard.line(json ? try JSONText.line(sheet.record) : sheet.text)
  }

  /// Opens a model from its file or run.
  ///
  /// - Throws: ``Failure`` with ``Failure/Code/usage`` for sizes without `--model`, since a file
  ///   says them itself; else as ``SavedModel/init(path:described:output:)``.
  private func saved() throws -> SavedModel {
    try suggestArchitecture()
    guard model.model != nil || (model.overrides.isEmpty && input == nil && classes == nil) else {
      throw Failure(
        .usage,
        "--width, --hidden, --kernel, --blocks, --input and --classes are for an architecture; "
          + "a model says these itself, or --model names its architecture")
    }
    let described = try model.description(input: input, classes: classes)
    return try SavedModel(path: subject, described: described, output: outputName)
  }

  /// Refuses a word that is no file but nearly the name of an architecture.
  ///
  /// - Throws: ``Failure`` with ``Failure/Code/missingInput`` and the name that was probably meant.
  private func suggestArchitecture() throws {
    guard !FileManager.default.fileExists(atPath: subject),
      let near = Spelling.nearest(to: subject, among: Architecture.names)
    else { return }
    throw Failure(.missingInput, "\(subject): no such file; did you mean \(near)?")
  }

  /// Makes a network of the architecture that the subject names, as if it had been saved. Its
  /// weights are freshly drawn; nothing on the sheet depends on them.
  private func named() throws -> SavedModel {
    guard model.model == nil else {
      throw Failure(.usage, "--model: \(subject) is an architecture already; leave it out")
    }
    guard outputName == nil else {
      throw Failure(
        .usage,
        "--output-name: is for an ONNX file, not for the architecture \(subject); leave it out")
    }
    let description = try SubjectOptions.description(
      of: [RecipeOverride("model.name", subject, option: "info")] + model.size.given,
      input: input ?? "28x28x1", classes: classes ?? 10)
    let network = try description.architecture.network(
      input: description.input, classes: description.classes)
    return SavedModel(name: subject, file: ModelFile(network))
  }
}

/// The sheet of a model: what there is to say about it without running it.
struct ModelSheet {
  /// The model, whose metadata say what it was trained on and for.
  let model: SavedModel

  /// Makes the sheet of a model.
  init(_ model: SavedModel) { self.model = model }

  /// The sheet for programs.
  struct Record: Encodable {
    /// A layer: its path in the network, its kind, the shape of its output for one example, and its
    /// trained numbers.
    struct Layer: Encodable {
      let path, kind: String
      let output: [Int]
      let parameters: Int
    }

    /// The model as the user named it.
    let model: String
    /// The architecture with its sizes; nil for a graph without a name.
    let architecture: String?
    /// The shape of one input, [height, width, channels] for images.
    let input: [Int]
    /// Outputs, trained numbers, and ReLUs for one example.
    let classes, parameters, relus: Int
    /// The data set that the model was trained on, and the set and methods that it is meant for;
    /// nil where the file does not say.
    let dataset, certify: String?
    /// The epoch, from 1, that the weights are from.
    let epoch: Int?
    /// The layers in the order in which they are computed.
    let layers: [Layer]
  }

  /// The sheet as a value to encode.
  var record: Record {
    let network = model.file.network
    return Record(
      model: model.name, architecture: network.architecture?.description,
      input: network.inputShape, classes: network.classes, parameters: network.parameterCount,
      relus: network.reluCount, dataset: model.file.dataset, certify: certify { "\($0) by \($1)" },
      epoch: model.file.epoch,
      layers: network.nodes.map { node in
        Record.Layer(
          path: node.path, kind: Self.kind(of: node.layer), output: node.outputShape,
          parameters: node.layer.parameters.reduce(0) { $0 + $1.value.count })
      })
  }

  /// Returns the kind of a layer, with the name of its function for an activation.
  private static func kind(of layer: any Layer) -> String {
    let kind = type(of: layer).kind
    return (layer as? Activation).map { "\(kind), \($0.function.name)" } ?? kind
  }

  /// Returns a sentence about the set and the methods that the model is meant for; nil where its
  /// file names none.
  private func certify(_ sentence: (_ set: Perturbation, _ methods: String) -> String) -> String? {
    model.file.target.map { target in
      sentence(
        target.perturbation, target.methods.map(\.description).joined(separator: ", then "))
    }
  }

  /// The sheet for people: a line with the sizes, what the model was trained on and is meant for,
  /// and a table of the layers. The column `parameters` is empty for layers that have none.
  var text: String {
    let record = record
    func shape(_ shape: [Int]) -> String { shape.map(String.init).joined(separator: "×") }
    let layers = record.layers.map { layer in
      [
        layer.path, layer.kind, shape(layer.output),
        layer.parameters > 0 ? "\(layer.parameters)" : "",
      ]
    }
    let lines: [String?] = [
      "\(record.model): \(record.architecture ?? "no named architecture"), "
        + "\(record.parameters) parameters, \(record.relus) ReLUs",
      "input \(shape(record.input)), \(record.classes) classes",
      record.dataset.map { "trained on \($0)" + (record.epoch.map { ", epoch \($0)" } ?? "") },
      certify { "meant for \($0); certify with \($1)" }, "",
      TextTable([["layer", "kind", "output", "parameters"]] + layers).text,
    ]
    return lines.compactMap { $0 }.joined(separator: "\n")
  }
}
