import ArgumentParser
import Crownwork
import Foundation

struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert", abstract: "Write a model in another format: safetensors or ONNX.",
    usage: "crownwork convert [<options>] <model> <output>",
    discussion: """
      The ending of OUTPUT decides. ONNX files hold the normalisation and load in ONNX Runtime and \
      PyTorch; what the model is to be certified against goes along. Before the file is kept, the \
      network is read back from it and must give the same answers.

      To safetensors only named architectures can go: the one that the file says it is of, or that \
      --model names.

      EXAMPLES
        crownwork convert runs/digits-cnn-2layer model.onnx
        crownwork convert model.onnx model.safetensors
        crownwork convert a.onnx a.safetensors --model dm-small --input 28x28x1
      """)

  @Argument(help: "A run, a model file or an ONNX file.", completion: .model) var model: String
  @Argument(
    help: "The file to write, .onnx or .safetensors.",
    completion: .file(extensions: ["onnx", "safetensors"]))
  var output: String
  @Flag(help: "Fold BatchNorm into the weights in front of it (to ONNX).") var fold = false
  @OptionGroup(title: "For a file that does not name its architecture") var options: ModelOptions
  @Option(help: "Shape of an input, HEIGHTxWIDTHxCHANNELS (with --model).")
  var input: String?
  @Option(help: "Number of classes (with --model). Default: 10.") var classes: Int?

  mutating func run() throws {
    let (source, target) = (URL(fileURLWithPath: model), URL(fileURLWithPath: output))
    guard ["onnx", "safetensors"].contains(target.pathExtension.lowercased()) else {
      throw Failure(.usage, "\(output): the name must end in .onnx or .safetensors")
    }
    let isToTensors = target.pathExtension.lowercased() == "safetensors"
    let description = try options.description(input: input, classes: classes)
    let isFromONNX = source.pathExtension.lowercased() == "onnx"
    let original = try SavedModel(
      path: model, described: isFromONNX && isToTensors ? nil : description
    ).file
    guard !fold || !isToTensors else {
      throw Failure(.usage, "--fold: safetensors keep the architecture's layers; write .onnx")
    }
    var file =
      isFromONNX && isToTensors
      ? try ModelFile(architectureOf: source, described: description) : original
    if fold { file.network = file.network.folded }
    let check = ConversionCheck(original.network)
    try check.expectSame(file.network, model)
    let draft = target.deletingLastPathComponent()
      .appendingPathComponent(".\(UUID().uuidString).\(target.pathExtension)")
    defer { try? FileManager.default.removeItem(at: draft) }
    do { try file.write(to: draft) } catch let error as FormatError {
      throw error.kind == .cannotWrite
        ? Failure(.cannotWrite, "\(output): cannot be written") : error
    }
    try check.expectSame(try ModelFile(contentsOf: draft).network, output)
    guard rename(draft.path, target.path) == 0 else {
      throw Failure(.cannotWrite, "\(output): cannot be written")
    }
    Console.standard.line(
      "\(output): \(file.network.parameterCount) parameters, the same answers as \(model)")
  }
}

/// Whether networks give the same answers on random inputs, some far outside of the usual.
private struct ConversionCheck {
  private let inputs: Tensor
  private let outputs: Tensor

  init(_ network: Network) {
    var random = RandomSource(seed: 0, purpose: "conversion")
    inputs = .uniform([16] + network.inputShape, in: -0.5...1.5, using: &random)
    outputs = network(inputs)
  }

  func expectSame(_ network: Network, _ name: String) throws {
    guard network.inputShape == Array(inputs.shape.dropFirst()) else {
      throw Failure(.badData, "\(name): takes inputs of another shape, \(network.inputShape)")
    }
    let scale = 1 + outputs.scalars.reduce(0) { max($0, abs($1)) }
    let differences = zip(network(inputs).scalars, outputs.scalars).lazy.map { abs($0 - $1) }
    // The first, not the largest: a maximum may pass over NaN.
    if let difference = differences.first(where: { !($0 <= 1e-4 * scale) }) {
      throw Failure(
        .badData,
        "\(name): is another network: answers differ by \(difference); name its architecture with "
          + "--model")
    }
  }
}
