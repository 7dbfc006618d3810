import Foundation

/// The state dict in a file that `torch.save` wrote, read without Python and without running
/// anything that the file says.
///
/// Both formats are read: the zip archive of PyTorch 1.6 and later, and the pickles before it.
/// A checkpoint may hold the state dict under `state_dict`, `model_state_dict`, `model` and their
/// kin. Numbers are Float32 on reading, as ``SafetensorsFile`` has them.
package struct PyTorchFile: Sendable {
  /// The names and shapes of the tensors; counters of batches (`num_batches_tracked`) are left out.
  package var shapes: [String: [Int]] { tensors.mapValues(\.shape) }

  private let tensors: [String: PyTorchTensor]
  /// The bytes of the storages that the tensors view.
  private let storages: [String: Data]
  private let file: String

  /// The most bytes of storages that are packed; `torch.save` packs none.
  private static let packedLimit = 1 << 30
  private static let pickleLimit = 1 << 25

  /// Whether data begin as a file of `torch.save` does: as a zip archive, or as a pickle.
  package static func isPyTorch(_ data: Data) -> Bool {
    data.starts(with: ZipArchive.magic) || isPickle(data)
  }

  /// A pickle of protocol 2 to 5; a safetensors file may begin so too, but has "{" next.
  private static func isPickle(_ data: Data) -> Bool {
    let front = [UInt8](data.prefix(9))
    return front.count >= 2 && front[0] == 0x80 && (2...5).contains(front[1])
      && !(front.count == 9 && front[8] == UInt8(ascii: "{") && front[4...7].allSatisfy { $0 == 0 })
  }

  /// Reads the bytes of a file; `file` is the name used in errors.
  ///
  /// Throws ``FormatError`` of kind `badData` for a damaged file and for one that holds something
  /// else than a state dict of plain tensors, such as a whole module.
  package init(data: Data, file: String) throws {
    let contents =
      data.starts(with: ZipArchive.magic)
      ? try PyTorchArchive.read(data, file: file, pickleLimit: Self.pickleLimit)
      : try PyTorchPickles.read(data, file: file)
    let found = try PyTorchStateDict(contents.pickle, contents.root, file: file).tensors
    tensors = found.filter { !Self.isBatchCounter($0.key) }
    self.file = file
    storages = try contents.storages(Set(tensors.values.map(\.storage)), Self.packedLimit)
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) { try check(tensor, name) }
  }

  private static func isBatchCounter(_ name: String) -> Bool {
    name.split(separator: ".").last == "num_batches_tracked"
  }

  static func failure(_ problem: String, _ file: String) -> FormatError {
    .badData(
      "a PyTorch file that \(problem)", file: file,
      remedy:
        "save the state dict, torch.save(net.state_dict(), \"net.pt\"), or export the network "
        + "to ONNX")
  }

  /// A tensor must lie within its storage, and not be far larger by repeating it.
  private func check(_ tensor: PyTorchTensor, _ name: String) throws {
    let available = (storages[tensor.storage]?.count ?? 0) / tensor.element.size
    guard let count = tensor.count, count == 0 || (tensor.last.map { $0 < available } ?? false),
      count <= max(available, 1 << 24)
    else {
      throw FormatError.badData(
        "a PyTorch tensor of shape \(FormatError.shortened("\(tensor.shape)")) that reaches beyond "
          + "its storage of \(available) elements", file: file, at: .tensor(name),
        remedy: "the file may be damaged: save it again")
    }
  }

  /// The numbers of a tensor, in row-major order whatever its strides; nil for a name that is not
  /// there.
  ///
  /// Throws ``FormatError`` of kind `badData` for numbers that no Float32 holds.
  package func array(_ name: String) throws -> SafetensorsArray? {
    guard let tensor = tensors[name] else { return nil }
    let size = tensor.element.size
    let storage = storages[tensor.storage] ?? Data()
    let count = tensor.count ?? 0
    let bytes: Data =
      count == 0 || tensor.isContiguous
      ? storage.dropFirst(count == 0 ? 0 : tensor.offset * size).prefix(count * size)
      : Self.gathered(tensor, storage, count)
    do {
      let scalars = try bytes.withUnsafeBytes { try tensor.element.scalars(of: $0) }
      return SafetensorsArray(shape: tensor.shape, scalars: scalars)
    } catch let failure as SafetensorsElement.Failure {
      throw failure.error(tensor.element, name, file: file)
    }
  }

  /// The bytes of the elements, one behind the other.
  private static func gathered(_ tensor: PyTorchTensor, _ storage: Data, _ count: Int) -> Data {
    let size = tensor.element.size
    var index = [Int](repeating: 0, count: tensor.shape.count)
    var place = tensor.offset
    var result = Data(count: count * size)
    result.withUnsafeMutableBytes { (target: UnsafeMutableRawBufferPointer) in
      storage.withUnsafeBytes { (source: UnsafeRawBufferPointer) in
        for element in 0..<count {
          for byte in 0..<size { target[element * size + byte] = source[place * size + byte] }
          var axis = index.count - 1
          while axis >= 0 {
            index[axis] += 1
            place &+= tensor.strides[axis]  // The stride of an axis of length 1 may be anything.
            if index[axis] < tensor.shape[axis] { break }
            place &-= index[axis] &* tensor.strides[axis]
            index[axis] = 0
            axis -= 1
          }
        }
      }
    }
    return result
  }
}
