import Foundation
import Networks
import Tensors

/// Writing of networks as ONNX models (opset 17), which ONNX Runtime and PyTorch load:
/// normalisation inside, PyTorch's layouts and names, the batch of any size.
extension ONNXModel {
  /// Writes a network, atomically.
  ///
  /// - Parameter metadata: Entries for the model's properties. Throws ``FormatError`` of kind
  /// `cannotWrite`, and of kind `badData` for a layer that has no ONNX form.
  public static func write(
    _ network: Network, to url: URL, metadata: [String: String] = [:]
  ) throws {
    try AtomicFile.write(try data(of: network, metadata: metadata), to: url)
  }

  /// The bytes of a network's file. Throws ``FormatError`` for a layer that has no ONNX form.
  package static func data(of network: Network, metadata: [String: String] = [:]) throws -> Data {
    var model = Onnx_ModelProto()
    model.irVersion = 8
    model.producerName = "crownwork"
    var opset = Onnx_OperatorSetIdProto()
    opset.version = 17
    model.opsetImport = [opset]
    model.metadataProps = metadata.sorted { $0.key < $1.key }.map { key, value in
      var entry = Onnx_StringStringEntryProto()
      (entry.key, entry.value) = (key, value)
      return entry
    }
    model.graph = try ONNXGraphWriter(network).graph
    return try model.serializedBytes()
  }
}
