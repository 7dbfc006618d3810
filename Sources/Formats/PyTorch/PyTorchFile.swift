import Foundation

/// The state dict in a file that `torch.save` wrote, read without Python and without running
/// anything that the file says.
///
/// A state dict is a dictionary of named tensors, the weights and statistics of a network. Both
/// formats of `torch.save` are read: the zip archive of PyTorch 1.6 and later, and the pickles
/// before it. A checkpoint may hold the state dict under `state_dict`, `model_state_dict`, `model`
/// and their kin. Numbers become Float32 on reading, and only where that is exact, as
/// ``SafetensorsFile`` has it.
///
/// The pickle inside is interpreted by a machine that builds plain values and views of tensors
/// only, so that a hostile file can run no code. Every tensor is checked against the bytes of its
/// storage when the file is read; its numbers are converted when they are asked for.
///
/// What is refused, with ``FormatError`` of kind `badData` and advice: whole modules, whose class
/// only Python can load; TorchScript and exported programs; sparse and quantised tensors;
/// big-endian files; and anything damaged.
package struct PyTorchFile: Sendable {
  /// The shapes of the tensors by name.
  ///
  /// Counters of batches (`num_batches_tracked`), on which nothing depends, are left out.
  package var shapes: [String: [Int]] { tensors.mapValues(\.shape) }

  /// The views by name, each of which lies within its storage.
  private let tensors: [String: PyTorchTensor]
  /// The bytes of the storages that the tensors view.
  private let storages: [String: Data]
  private let file: String

  /// The most bytes of storages that are packed: 1 GiB. `torch.save` packs none.
  private static let packedLimit = 1 << 30
  /// The most bytes of the pickle in an archive, unpacked, or of all pickles in the old format:
  /// 32 MiB.
  private static let pickleLimit = 1 << 25

  /// Whether data begin as a file of `torch.save` does: as a zip archive, or as a pickle.
  ///
  /// Readers of weights ask this to choose between PyTorch and safetensors; it does not promise
  /// that the file can be read.
  package static func isPyTorch(_ data: Data) -> Bool {
    data.starts(with: ZipArchive.magic) || isPickle(data)
  }

  /// Whether data begin with a pickle of protocol 2 to 5.
  ///
  /// A safetensors file may begin so too, if the length of its header does, but its header has "{"
  /// next.
  private static func isPickle(_ data: Data) -> Bool {
    let front = [UInt8](data.prefix(9))
    return front.count >= 2 && front[0] == 0x80 && (2...5).contains(front[1])
      && !(front.count == 9 && front[8] == UInt8(ascii: "{") && front[4...7].allSatisfy { $0 == 0 })
  }

  /// Reads the bytes of a file.
  ///
  /// - Parameters:
  ///   - data: The whole file, in either format.
  ///   - file: The name used in errors.
  /// - Throws: ``FormatError`` of kind `badData` for a damaged file and for one that holds
  ///   something else than a state dict of plain tensors, such as a whole module.
  package init(data: Data, file: String) throws {
    let contents =
      data.starts(with: ZipArchive.magic)
      ? try PyTorchArchive.read(data, file: file, pickleLimit: Self.pickleLimit)
      : try PyTorchPickles.read(data, file: file, pickleLimit: Self.pickleLimit)
    let found = try PyTorchStateDict(contents.pickle, contents.root, file: file).tensors
    tensors = found.filter { !Self.isBatchCounter($0.key) }
    self.file = file
    storages = try contents.storages(Set(tensors.values.map(\.storage)), Self.packedLimit)
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) { try check(tensor, name) }
  }

  /// Whether a name is that of a counter of batches, which `BatchNorm` keeps.
  private static func isBatchCounter(_ name: String) -> Bool {
    name.split(separator: ".").last == "num_batches_tracked"
  }

  /// Returns the error for a file that holds something else than a state dict.
  ///
  /// - Parameter problem: The end of a sentence that begins with "a PyTorch file that".
  static func failure(_ problem: String, _ file: String) -> FormatError {
    .badData(
      "a PyTorch file that \(problem)", file: file,
      remedy:
        "save the state dict, torch.save(net.state_dict(), \"net.pt\"), or export the network "
        + "to ONNX")
  }

  /// Checks that a tensor lies within its storage, and is not far larger by repeating it.
  ///
  /// A stride of 0 lets a file of a few bytes claim a tensor of terabytes. A tensor may therefore
  /// have as many elements as its storage, or 2²⁴ where that is more.
  ///
  /// - Throws: ``FormatError`` of kind `badData` with the tensor's name.
  private func check(_ tensor: PyTorchTensor, _ name: String) throws {
    let available = (storages[tensor.storage]?.count ?? 0) / tensor.element.size
    // Neither the product of the shape nor the index of the last element may overflow on the way.
    guard let count = tensor.count, count == 0 || (tensor.last.map { $0 < available } ?? false),
      count <= max(available, 1 << 24)
    else {
      throw FormatError.badData(
        "a PyTorch tensor of shape \(FormatError.shortened("\(tensor.shape)")) that reaches beyond "
          + "its storage of \(available) elements", file: file, at: .tensor(name),
        remedy: "the file may be damaged: save it again")
    }
  }

  /// Returns the numbers of a tensor, in row-major order whatever its strides are.
  ///
  /// - Parameter name: One of the names of ``shapes``.
  /// - Returns: nil for a name that is not there.
  /// - Throws: ``FormatError`` of kind `badData` for numbers that no Float32 holds.
  /// - Complexity: O(the number of elements), each time.
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

  /// Returns the bytes of a tensor's elements, one behind the other in row-major order.
  ///
  /// The place in the storage is carried along as the last index counts up fastest.
  ///
  /// - Precondition: The tensor has been checked against its storage.
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
