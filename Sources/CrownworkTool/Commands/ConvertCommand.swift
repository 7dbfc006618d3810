import ArgumentParser
import Crownwork
import Foundation

/// `crownwork convert`: writes a model in another format, safetensors or ONNX.
///
/// The ending of the output decides the format. From ONNX to safetensors the tensors of the file
/// are read as those of a named architecture; in all other cases the network itself is written.
/// The metadata about data set, target and epoch are kept.
///
/// The promise is that the output computes what the input computes. The network to be written is
/// compared with the original, then written under a temporary name in the output's folder, read
/// back and compared again. Only then does it get its name, so that an output that is there is
/// either the old one or a checked new one.
///
/// Exit codes other than 0: 64 for another ending, for `--fold` to safetensors and for options that
/// do not fit each other; 65 for a file that is damaged, has no named architecture or turns out to
/// be another network; 66 for a missing file; 73 for an output that cannot be written; 129, 130 or
/// 143 after a signal, which leaves the output as it was.
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

  /// The model to convert.
  @Argument(help: "A run, a model file or an ONNX file.", completion: .model) var model: String
  /// The file to write.
  @Argument(
    help: "The file to write, .onnx or .safetensors.",
    completion: .file(extensions: ["onnx", "safetensors"]))
  var output: String
  /// `--fold`: takes each BatchNorm into the weights of the affine layer in front of it, where
  /// nothing else reads that layer. The answers stay the same and the graph gets smaller.
  @Flag(help: "Fold BatchNorm into the weights in front of it (to ONNX).") var fold = false
  /// The architecture whose tensors the input's file holds, where the file does not name it.
  @OptionGroup(title: "For a file that does not name its architecture") var options: ModelOptions
  /// `--input`: the shape of one input of that architecture.
  @Option(help: "Shape of an input, HEIGHTxWIDTHxCHANNELS (with --model).")
  var input: String?
  /// `--classes`: the number of that architecture's outputs.
  @Option(help: "Number of classes (with --model). Default: 10.") var classes: Int?

  /// Converts the model and prints one line about it.
  ///
  /// - Throws: ``Failure``, `FormatError`, `NetworkError` or `RecipeError`; the output's file
  ///   is then as it was.
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
    // In the output's own folder: a rename replaces a file in one step only within a file system.
    let draft = target.deletingLastPathComponent()
      .appendingPathComponent(".\(UUID().uuidString).\(target.pathExtension)")
    // A signal that ended the process here would leave the draft.
    Interruption.catchSignals()
    defer { try? FileManager.default.removeItem(at: draft) }
    do { try file.write(to: draft) } catch let error as FormatError {
      throw error.kind == .cannotWrite
        ? Failure(.cannotWrite, "\(output): cannot be written") : error
    }
    try check.expectSame(try ModelFile(contentsOf: draft).network, output)
    try Interruption.check()
    guard rename(draft.path, target.path) == 0 else {
      throw Failure(.cannotWrite, "\(output): cannot be written")
    }
    Console.standard.line(
      "\(output): \(file.network.parameterCount) parameters, the same answers as \(model)")
  }
}

/// The comparison of networks by their answers on random inputs.
///
/// Sixteen inputs are drawn from −0.5 to 1.5, so that some pixels lie outside of the usual range,
/// where a lost clipping or normalisation would show.
private struct ConversionCheck {
  /// [16, …input shape].
  private let inputs: Tensor
  /// The original's answers, [16, classes].
  private let outputs: Tensor

  /// Draws the inputs, always the same ones, and has the original answer them.
  init(_ network: Network) {
    var random = RandomSource(seed: 0, purpose: "conversion")
    inputs = .uniform([16] + network.inputShape, in: -0.5...1.5, using: &random)
    outputs = network(inputs)
  }

  /// Refuses a network whose answers differ from the original's by more than 10⁻⁴ · (1 + m), where
  /// m is the largest magnitude of the original's answers.
  ///
  /// - Parameters:
  ///   - network: The network to compare.
  ///   - name: The file that it is from, for the message.
  /// - Throws: ``Failure`` with ``Failure/Code/badData`` for inputs of another shape, other
  ///   answers, or NaN among them.
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
