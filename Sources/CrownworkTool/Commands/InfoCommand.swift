import ArgumentParser
import Crownwork
import Foundation

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

  @Argument(
    help: "A run, a model or ONNX file, or one of \(Architecture.names.joined(separator: ", ")).",
    completion: .modelOrArchitecture)
  var subject: String
  @OptionGroup var model: ModelOptions
  @Option(help: "Shape of an input, HEIGHTxWIDTHxCHANNELS. Default: 28x28x1.") var input: String?
  @Option(help: "Number of classes. Default: 10.") var classes: Int?
  @Option(
    name: .customLong("output-name"), help: "Which output is meant, of an ONNX file with several.")
  var outputName: String?
  @Flag(help: "Print JSON.") var json = false

  mutating func run() throws {
    let model = try Architecture.names.contains(subject) ? named() : saved()
    let sheet = ModelSheet(model)
    Console.standard.line(json ? try JSON.line(sheet.record) : sheet.text)
  }

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

  /// Throws ``Failure`` for what is no file, but nearly the name of an architecture.
  private func suggestArchitecture() throws {
    guard !FileManager.default.fileExists(atPath: subject),
      let near = Spelling.nearest(to: subject, among: Architecture.names)
    else { return }
    throw Failure(.missingInput, "\(subject): no such file; did you mean \(near)?")
  }

  /// A network of the architecture named, as if it had been saved.
  private func named() throws -> SavedModel {
    guard model.model == nil else {
      throw Failure(.usage, "--model: \(subject) is an architecture already; leave it out")
    }
    let description = try SubjectOptions.description(
      of: [RecipeOverride("model.name", subject, option: "info")] + model.size.given,
      input: input ?? "28x28x1", classes: classes ?? 10)
    let network = try description.architecture.network(
      input: description.input, classes: description.classes)
    return SavedModel(name: subject, file: ModelFile(network))
  }
}

/// What there is to say of a model.
struct ModelSheet {
  let model: SavedModel

  init(_ model: SavedModel) { self.model = model }

  struct Record: Encodable {
    struct Layer: Encodable {
      let path, kind: String
      let output: [Int]
      let parameters: Int
    }

    let model: String
    let architecture: String?
    let input: [Int]
    let classes, parameters, relus: Int
    let dataset, certify: String?
    let epoch: Int?
    let layers: [Layer]
  }

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

  /// The kind, with the function of an activation.
  private static func kind(of layer: any Layer) -> String {
    let kind = type(of: layer).kind
    return (layer as? Activation).map { "\(kind), \($0.function.name)" } ?? kind
  }

  /// The set and the methods that the model is meant for, in a sentence; nil where it names none.
  private func certify(_ sentence: (_ set: Perturbation, _ methods: String) -> String) -> String? {
    model.file.target.map { target in
      sentence(
        target.perturbation, target.methods.map(\.description).joined(separator: ", then "))
    }
  }

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
