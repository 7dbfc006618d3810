import ArgumentParser
import Crownwork
import Foundation

/// The completions that a shell offers for arguments and for the values of options.
///
/// A script that `crownwork --generate-completion-script` writes has most of them built in; a
/// custom one calls the program back.
extension CompletionKind {
  /// The endings of files that hold a model: safetensors of Crownwork and of PyTorch, ONNX, and
  /// state dicts saved by PyTorch.
  private static let modelEndings = ["safetensors", "onnx", "pt", "pth"]

  /// Run folders and model files.
  static let model = CompletionKind.file(extensions: modelEndings)
  static let recipe = CompletionKind.file(extensions: ["yaml", "yml"])
  /// Files of JSON lines, the outputs of `certify`, `attack` and `bench`.
  static let jsonLines = CompletionKind.file(extensions: ["jsonl"])

  static let datasets = CompletionKind.all(DatasetName.self)

  /// The methods one by one, and the lists that begin with the fastest and end with each of the
  /// others.
  static let methods = CompletionKind.list(
    BoundMethod.names
      + BoundMethod.names.indices.dropFirst().map {
        BoundMethod.names[...$0].joined(separator: ",")
      })

  /// The names of architectures in addition to run folders and model files, for `info`.
  static let modelOrArchitecture = CompletionKind.custom(modelsAndArchitectures)

  /// The raw values of an enumeration, in the order of its cases.
  static func all<Value: CaseIterable & RawRepresentable<String>>(
    _: Value.Type
  ) -> CompletionKind {
    .list(Value.allCases.map(\.rawValue))
  }

  /// Returns the completions of the subject of `info`: the architectures, then the folders and
  /// model files beside what is typed so far.
  ///
  /// - Parameter prefix: The text before the cursor; a folder in it is kept in what is offered.
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
