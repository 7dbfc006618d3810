import ArgumentParser
import Crownwork
import Foundation

/// These are the completions that a shell offers for arguments and for the values of options.
extension CompletionKind {
  private static let modelEndings = ["safetensors", "onnx", "pt", "pth"]

  /// Run folders and model files.
  static let model = CompletionKind.file(extensions: modelEndings)
  static let recipe = CompletionKind.file(extensions: ["yaml", "yml"])
  static let jsonLines = CompletionKind.file(extensions: ["jsonl"])

  static let datasets = CompletionKind.all(DatasetName.self)

  /// Each method, and the lists from the fastest to each other one.
  static let methods = CompletionKind.list(
    BoundMethod.names
      + BoundMethod.names.indices.dropFirst().map {
        BoundMethod.names[...$0].joined(separator: ",")
      })

  /// The names of architectures beside what ``model`` offers.
  static let modelOrArchitecture = CompletionKind.custom(modelsAndArchitectures)

  static func all<Value: CaseIterable & RawRepresentable<String>>(
    _: Value.Type
  ) -> CompletionKind {
    .list(Value.allCases.map(\.rawValue))
  }

  @Sendable private static func modelsAndArchitectures(
    _: [String], _: Int, _ prefix: String
  ) -> [String] {
    let place = prefix.lastIndex(of: "/").map { String(prefix[...$0]) } ?? ""
    let folder = URL(fileURLWithPath: place.isEmpty ? "." : place, isDirectory: true)
    let files = try? FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil, options: .skipsHiddenFiles)
    let models = (files ?? []).filter {
      $0.hasDirectoryPath || modelEndings.contains($0.pathExtension)
    }
    return (Architecture.names + models.map { place + $0.lastPathComponent }.sorted())
      .filter { $0.hasPrefix(prefix) }
  }
}
