import Formats
import Foundation
import Tensors

/// Files of Tests/Fixtures (see the README there).
public enum Fixture {
  static var folder: URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures")
  }

  /// The arrays of PATH.safetensors.
  public static func arrays(_ path: String) throws -> [String: Tensor] {
    try SafetensorsFile(contentsOf: folder.appending(path: "\(path).safetensors"))
      .arrays.mapValues { Tensor(shape: $0.shape, $0.scalars) }
  }
}
