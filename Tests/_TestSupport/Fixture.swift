import Formats
import Foundation
import Networks
import Tensors

/// Files of Tests/Fixtures (see the README there).
public enum Fixture {
  public static var folder: URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures")
  }

  /// The file at a path of the folder.
  public static func url(_ path: String) -> URL { folder.appending(path: path) }

  /// The network of PATH.onnx.
  public static func onnx(_ path: String) throws -> Network {
    try ONNXModel.network(contentsOf: folder.appending(path: "\(path).onnx"))
  }

  /// The arrays of PATH.safetensors.
  public static func arrays(_ path: String) throws -> [String: Tensor] {
    try SafetensorsFile(contentsOf: folder.appending(path: "\(path).safetensors"))
      .arrays.mapValues { Tensor(shape: $0.shape, $0.scalars) }
  }
}
