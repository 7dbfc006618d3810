import Formats
import Foundation
import Networks
import Tensors

/// The named tensors of a safetensors or PyTorch file, told apart by their first bytes.
struct StateDictFile {
  let metadata: [String: String]
  let shapes: [String: [Int]]
  /// What the file is called where it does not say its architecture; nil for safetensors.
  let kind: String?
  private let array: (String) throws -> SafetensorsArray?

  /// Counters of batches, on which nothing depends, are left out.
  ///
  /// Throws ``FormatError``.
  init(contentsOf url: URL) throws {
    let data = try InputFile.read(url)
    if PyTorchFile.isPyTorch(data) {
      let file = try PyTorchFile(data: data, file: url.path)
      (metadata, shapes, array) = ([:], file.shapes, file.array)
      kind = "a PyTorch state dict of \(Self.list(shapes))"
    } else {
      let file = try SafetensorsFile(data: data, file: url.path) {
        $0.split(separator: ".").last != "num_batches_tracked"
      }
      (metadata, shapes) = (file.metadata, file.arrays.mapValues(\.shape))
      array = { file.arrays[$0] }
      kind = nil
    }
  }

  /// The numbers of a tensor that ``shapes`` names.
  func tensor(_ name: String) throws -> Tensor {
    let array = try array(name)!
    return Tensor(shape: array.shape, array.scalars)
  }

  /// The first names with their shapes.
  static func list(_ shapes: [String: [Int]]) -> String {
    let shown = shapes.sorted { $0.key.compare($1.key, options: .numeric) == .orderedAscending }
      .prefix(6).map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    return shapes.count > 6 ? "\(shown) and \(shapes.count - 6) more tensors" : shown
  }
}

/// The names of a state dict without what all of them begin with: `module.` of DataParallel,
/// `_orig_mod.` of torch.compile, `model.` of a module that holds the network.
struct StateDictNames {
  /// What was taken off.
  let prefix: String
  /// By the names that are left.
  let shapes: [String: [Int]]

  /// Nothing is taken off where the architecture has one of the names as it is, or none of what
  /// would be left.
  init(_ stored: [String: [Int]], for description: ModelFile.Description) {
    let expected = try? description.architecture.parameterShapes(
      input: description.input, classes: description.classes)
    let prefix = Self.prefix(of: Array(stored.keys), expected: Set((expected ?? []).map(\.path)))
    self.prefix = prefix
    shapes = Dictionary(
      uniqueKeysWithValues: stored.map { (String($0.key.dropFirst(prefix.count)), $0.value) })
  }

  private static func prefix(of names: [String], expected: Set<String>) -> String {
    var (prefix, rest) = ("", names)
    while !rest.contains(where: expected.contains) {
      guard let first = rest.first, let dot = first.firstIndex(of: ".") else { return "" }
      let part = String(first[...dot])
      guard rest.allSatisfy({ $0.hasPrefix(part) }) else { return "" }
      prefix += part
      rest = rest.map { String($0.dropFirst(part.count)) }
    }
    return prefix
  }

  /// An error of the network, with the names that are there where others are missing.
  func explanation(of error: NetworkError) -> String {
    guard case .missingTensors = error, !shapes.isEmpty else { return error.description }
    let stored = Dictionary(uniqueKeysWithValues: shapes.map { (prefix + $0.key, $0.value) })
    return "\(error.description); it holds \(StateDictFile.list(stored))"
  }
}
