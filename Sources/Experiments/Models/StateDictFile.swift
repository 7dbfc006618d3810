import Formats
import Foundation
import Networks
import Tensors

/// The named tensors of a safetensors or PyTorch file, which are recognised by their first bytes.
///
/// Shapes are known at once; the numbers of a PyTorch file are read tensor by tensor, when they are
/// asked for.
struct StateDictFile {
  /// The metadata of a safetensors file; empty for PyTorch's.
  let metadata: [String: String]
  /// The shapes of the tensors, by name.
  let shapes: [String: [Int]]
  /// What errors call the file where it does not say its architecture; nil for safetensors.
  let kind: String?
  /// Reads a tensor by its name; nil for one that is not there.
  private let array: (String) throws -> SafetensorsArray?

  /// Opens a file. Counters of batches in a safetensors file, on which nothing depends, are left
  /// out.
  ///
  /// - Throws: ``FormatError`` of kind `missingInput` for a file that cannot be read, and of kind
  ///   `badData` for one that is neither format or is damaged.
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

  /// Returns the numbers of a tensor.
  ///
  /// - Parameter name: One of the names in ``shapes``; another one traps.
  /// - Throws: ``FormatError`` for a tensor that is damaged.
  func tensor(_ name: String) throws -> Tensor {
    let array = try array(name)!
    return Tensor(shape: array.shape, array.scalars)
  }

  /// Lists the first six names with their shapes, in the order in which a person would number the
  /// layers, and counts the rest.
  static func list(_ shapes: [String: [Int]]) -> String {
    let shown = shapes.sorted { $0.key.compare($1.key, options: .numeric) == .orderedAscending }
      .prefix(6).map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    return shapes.count > 6 ? "\(shown) and \(shapes.count - 6) more tensors" : shown
  }
}

/// The names of a state dict without the prefix that all of them share because of how the network
/// was wrapped when it was saved: `module.` by DataParallel, `_orig_mod.` by torch.compile,
/// `model.` by a module that holds the network.
struct StateDictNames {
  /// The prefix that was taken off; empty for none.
  let prefix: String
  /// The shapes of the tensors, by the names that are left.
  let shapes: [String: [Int]]

  /// Finds the prefix by comparing the names with those that the architecture expects.
  ///
  /// Nothing is taken off where the architecture has one of the names as it is, or none of what
  /// would be left: then the names in errors are those of the file.
  ///
  /// - Parameters:
  ///   - stored: The shapes of the tensors, by the names in the file.
  ///   - description: The network that they should be of.
  init(_ stored: [String: [Int]], for description: ModelFile.Description) {
    let expected = try? description.architecture.parameterShapes(
      input: description.input, classes: description.classes)
    let prefix = Self.prefix(of: Array(stored.keys), expected: Set((expected ?? []).map(\.path)))
    self.prefix = prefix
    shapes = Dictionary(
      uniqueKeysWithValues: stored.map { (String($0.key.dropFirst(prefix.count)), $0.value) })
  }

  /// Takes off parts that end with a dot and that all names share, until one of the architecture's
  /// names appears.
  ///
  /// - Returns: The prefix; an empty text where no name of the architecture appears.
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

  /// Explains an error of the network: where tensors are missing, with the names that are there
  /// instead.
  func explanation(of error: NetworkError) -> String {
    guard case .missingTensors = error, !shapes.isEmpty else { return error.description }
    let stored = Dictionary(uniqueKeysWithValues: shapes.map { (prefix + $0.key, $0.value) })
    return "\(error.description); it holds \(StateDictFile.list(stored))"
  }
}
