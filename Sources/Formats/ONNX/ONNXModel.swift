import Foundation
import Networks
import SwiftProtobuf
import Tensors

/// Reads ONNX models of opset 6 and later as networks, and writes networks as ONNX models.
///
/// ONNX is the format in which frameworks exchange trained networks. A file holds a graph of named
/// values: each node names an operator (such as `Conv`), the values that it reads, the values that
/// it makes, and attributes (such as strides). Weights lie in the file as named constants, the
/// initializers. The set of operators is versioned by a number, the opset, because defaults and the
/// places of settings change between versions; the comments on the operators in this folder say
/// how.
///
/// Reading replaces every node by layers of a `Network` that compute the same function in real
/// arithmetic, so that each bound rule, each attack and the trainer hold for the file as they do
/// for a network that was built here. Where constants have to be rounded on the way, or rounded
/// constants of a file are recognised as those of a known function, the operator's comment says so.
/// The steps are:
///
/// 1. `ONNXReading` checks the model, inlines functions (`ONNXFunctions`), drops nodes that the
///    chosen output does not depend on, and finds the input.
/// 2. `ONNXOperators` goes through the nodes in order. A node whose inputs are all constants is
///    computed at once (`ONNXFolding`); any other node adds layers to an `ONNXGraph`.
/// 3. The graph gives the network of the layers that lead to the output.
///
/// An operator, attribute or shape that is not understood is refused. The error names the node, the
/// operator and the opset, and the reason or what is supported. No node that the output depends on
/// is skipped, since a certificate for a graph with something left out would be one for another
/// network.
///
/// The model reader is used by `ModelFile` in the module Experiments and by the command-line tool.
/// Writing lies in an extension of this type, see ``write(_:to:metadata:)``.
public enum ONNXModel {
  /// Returns the network of a file.
  ///
  /// ```swift
  /// let network = try ONNXModel.network(contentsOf: url)
  /// print(network.inputShape, network.classes)
  /// ```
  ///
  /// The network takes images as [height, width, channels], whereas ONNX counts [batch, channels,
  /// height, width]; inputs of one or two axes behind the batch keep their order, and those of more
  /// than three become a vector. The output is a vector [n] whose scalars lie in ONNX's order.
  ///
  /// - Parameters:
  ///   - url: The file. Weights that it keeps in other files (external data) are looked for in the
  ///     same folder.
  ///   - output: The name of the output that is meant. It may be nil where the graph has one output
  ///     only.
  /// - Throws: ``FormatError`` of kind `missingInput` where the file or its external data cannot be
  ///   read, and of kind `badData` where it is no ONNX model, has several outputs and `output` is
  ///   nil, has no output of that name, or holds something that is not supported.
  ///   `NetworkError.notFinite(name:)` where a weight is NaN or infinite.
  public static func network(contentsOf url: URL, output: String? = nil) throws -> Network {
    try network(data: try InputFile.read(url), file: url, output: output)
  }

  /// Returns the network of a file together with the model's properties (`metadata_props`), reading
  /// the file once.
  ///
  /// Crownwork keeps in these properties what a run's model is to be certified against; see
  /// `ModelFile`. Of a key that occurs twice the last value counts.
  ///
  /// - Throws: The errors of ``network(contentsOf:output:)``.
  package static func read(
    _ url: URL, output: String? = nil
  ) throws -> (network: Network, metadata: [String: String]) {
    let model = try proto(try InputFile.read(url), url)
    return (try ONNXReading(model, url, output: output).network(), metadata(of: model))
  }

  /// Returns what a file holds beside its graph: the model's properties, and its initializers of
  /// floating-point numbers by name.
  ///
  /// No operator is looked at, so that this also works for a graph that cannot be read as a
  /// network. `ModelFile` uses it to load the tensors of a file into an architecture that is known
  /// by name. Each tensor keeps the shape and the order that it has in the file. Numbers of float16
  /// and bfloat16 are widened to Float32. Initializers of integers and those of float64 with a
  /// number that no Float32 holds are left out.
  ///
  /// - Throws: ``FormatError`` where the file cannot be read or is no ONNX model, and for any
  ///   initializer whose element type is not supported or whose data do not have its shape.
  package static func contents(
    of url: URL
  ) throws -> (metadata: [String: String], tensors: [String: Tensor]) {
    let model = try proto(try InputFile.read(url), url)
    let reader = ONNXTensorReader(file: url)
    var tensors: [String: Tensor] = [:]
    for tensor in model.graph.initializer {
      let constant = try reader.constant(tensor)
      guard let scalars = constant.floats else { continue }
      tensors[tensor.name] = Tensor(shape: constant.shape, scalars)
    }
    return (metadata(of: model), tensors)
  }

  /// Returns the network of a file's bytes, for tests that make models in memory.
  ///
  /// - Parameter url: The path that errors name, and beside which external data are looked for; the
  ///   file itself need not exist.
  /// - Throws: The errors of ``network(contentsOf:output:)``.
  static func network(data: Data, file url: URL, output: String? = nil) throws -> Network {
    try ONNXReading(try proto(data, url), url, output: output).network()
  }

  /// Returns the model's properties as a dictionary; the last value of a repeated key counts.
  private static func metadata(of model: Onnx_ModelProto) -> [String: String] {
    let properties = model.metadataProps.map { ($0.key, $0.value) }
    return Dictionary(properties, uniquingKeysWith: { $1 })
  }

  /// The most bytes of a gzipped model once it is unpacked: what protobuf allows.
  private static let sizeLimit = (1 << 31) - 1

  /// Decodes the protobuf message of a model.
  ///
  /// Missing required fields are let pass here (`partial`), since each reader checks what it needs
  /// and can say what is wrong with it.
  ///
  /// - Parameter data: The message, gzipped or not.
  /// - Throws: ``FormatError`` of kind `badData` where the bytes are no such message.
  private static func proto(_ data: Data, _ url: URL) throws -> Onnx_ModelProto {
    let data =
      Gzip.isGzip(data)
      ? try Gzip.decompress(data, limit: sizeLimit, file: url.path) : data
    do {
      return try Onnx_ModelProto(serializedBytes: data, extensions: nil, partial: true)
    } catch {
      throw FormatError.badData("is not an ONNX model, or is cut off", file: url.path)
    }
  }
}
