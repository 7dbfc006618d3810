import Foundation
import Networks
import SwiftProtobuf
import Tensors

/// Reading of ONNX models (opset 6 and later) as networks.
///
/// What is not understood is refused, naming the node, the operator and what is supported: a graph
/// with something left out would be another network.
public enum ONNXModel {
  /// The network of a file.
  ///
  /// - Parameter output: The name of the output that is meant, for a file with several.
  /// - Throws: ``FormatError``, and ``NetworkError`` for weights that are NaN or infinite.
  public static func network(contentsOf url: URL, output: String? = nil) throws -> Network {
    try network(data: try InputFile.read(url), file: url, output: output)
  }

  /// The network of a file and the model's properties, which are read in one go.
  ///
  /// - Throws: As ``network(contentsOf:output:)`` does.
  package static func read(
    _ url: URL, output: String? = nil
  ) throws -> (network: Network, metadata: [String: String]) {
    let model = try proto(try InputFile.read(url), url)
    return (try ONNXReading(model, url, output: output).network(), metadata(of: model))
  }

  /// What a file holds beside its graph: the model's properties, and its constants of floats by
  /// name, as they lie there.
  ///
  /// - Throws: ``FormatError``.
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

  /// The network of a file's bytes; external data are looked for beside `file`.
  ///
  /// - Throws: As ``network(contentsOf:output:)`` does.
  static func network(data: Data, file url: URL, output: String? = nil) throws -> Network {
    try ONNXReading(try proto(data, url), url, output: output).network()
  }

  private static func metadata(of model: Onnx_ModelProto) -> [String: String] {
    let properties = model.metadataProps.map { ($0.key, $0.value) }
    return Dictionary(properties, uniquingKeysWith: { $1 })
  }

  private static func proto(_ data: Data, _ url: URL) throws -> Onnx_ModelProto {
    do {
      return try Onnx_ModelProto(serializedBytes: data, extensions: nil, partial: true)
    } catch {
      throw FormatError.badData("is not an ONNX model, or is cut off", file: url.path)
    }
  }
}
