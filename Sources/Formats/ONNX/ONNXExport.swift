import Foundation
import Networks
import Tensors

/// Writes networks as ONNX models of opset 17, which ONNX Runtime and PyTorch load.
///
/// The file has one input, "input", of shape [batch, C, H, W] or [batch, n], and one output,
/// "output"; the batch is of any size. A normalisation is part of the graph, so that the model
/// takes raw pixels. Weights have the names and layouts of PyTorch's state dict. Reading a file
/// gives a network that computes the same function.
///
/// Opset 17 is old enough for most runtimes. Functions that are operators only in later opsets,
/// such as GELU and Mish, are written out in several nodes, which the reader recognises.
extension ONNXModel {
  /// Writes a network to a file, atomically: the file is either the old or the complete new one.
  ///
  /// ```swift
  /// try ONNXModel.write(network, to: url)
  /// ```
  ///
  /// - Parameter metadata: Entries for the model's properties, which `read(_:output:)` gives
  ///   back.
  /// - Throws: ``FormatError`` of kind `cannotWrite` where the file cannot be written, and of kind
  ///   `badData` for a layer that has no ONNX form.
  public static func write(
    _ network: Network, to url: URL, metadata: [String: String] = [:]
  ) throws {
    try AtomicFile.write(try data(of: network, metadata: metadata), to: url)
  }

  /// Returns the bytes of a network's file.
  ///
  /// The same network and metadata give the same bytes: metadata and attributes are sorted by their
  /// names.
  ///
  /// - Throws: ``FormatError`` of kind `badData` for a layer that has no ONNX form.
  package static func data(of network: Network, metadata: [String: String] = [:]) throws -> Data {
    try model(ONNXGraphWriter(network).graph, metadata).serializedBytes()
  }

  /// Returns a network's file with the names and orders that its layers have in it.
  ///
  /// - Throws: ``FormatError`` of kind `badData` for a layer that has no ONNX form.
  package static func export(of network: Network) throws -> ONNXExport {
    let writer = try ONNXGraphWriter(network)
    return try ONNXExport(
      data: model(writer.graph, [:]).serializedBytes(), graph: writer.graph.serializedBytes(),
      layers: writer.layers)
  }

  /// Puts a graph into a model with metadata.
  private static func model(
    _ graph: Onnx_GraphProto, _ metadata: [String: String]
  ) -> Onnx_ModelProto {
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
    model.graph = graph
    return model
  }
}

/// A network as an ONNX file, with what has become of its layers.
package struct ONNXExport {
  /// The bytes of the file.
  package let data: Data
  /// The bytes of the graph in it.
  package let graph: Data
  /// The layers in the network's order.
  package let layers: [ONNXLayer]
}

/// What a layer has become in an ONNX file.
package struct ONNXLayer: Sendable {
  /// The name of the node that makes its output.
  package let node: String
  /// For each place in the file's order of the layer's first input, the place in the network's.
  package let inputOrder: [Int]
}
