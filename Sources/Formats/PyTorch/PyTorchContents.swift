import Foundation

/// What a file of `torch.save` holds, before a state dict is looked for in it.
///
/// The two formats differ in where the pickle and the storages are, and in nothing else.
/// ``PyTorchArchive`` and ``PyTorchPickles`` each turn their format into this, and ``PyTorchFile``
/// goes on from here.
struct PyTorchContents {
  /// The values of the pickle, and the storages that it speaks of.
  let pickle: PickleMachine
  /// The value that was saved.
  let root: PickleValue
  /// Returns the bytes of the storages with these keys.
  ///
  /// Storages of a zip archive that are packed may have `packedLimit` bytes in all; those that are
  /// not are slices of the file. A key may be missing from the result of the old format. The
  /// function throws ``FormatError`` of kind `badData`.
  let storages: (Set<String>, _ packedLimit: Int) throws -> [String: Data]
}

/// The format since PyTorch 1.6: a zip archive with `data.pkl` and a file for each storage.
///
/// The files are in a folder whose name is of no importance: `data.pkl` is the pickle, `data/KEY`
/// the bytes of a storage, and `byteorder`, in newer files, says `little` or `big`. TorchScript
/// programs have `code/` and `constants.pkl` beside it, and programs of `torch.export` have no such
/// pickle; both are recognised in order to say so.
enum PyTorchArchive {
  /// Reads the pickle of an archive; the storages are read when they are asked for.
  ///
  /// - Parameters:
  ///   - data: The whole file.
  ///   - file: The name used in errors.
  ///   - pickleLimit: The most bytes of the pickle, unpacked.
  /// - Throws: ``FormatError`` of kind `badData` for what is no zip archive or none of
  ///   `torch.save`, for programs, for big-endian numbers, and for a pickle that is damaged or too
  ///   long.
  static func read(_ data: Data, file: String, pickleLimit: Int) throws -> PyTorchContents {
    let archive = try ZipArchive(data, file: file)
    let names = archive.entries.map(\.name)
    guard let pickle = names.first(where: { $0 == "data.pkl" || $0.hasSuffix("/data.pkl") }),
      let entry = archive.entry(pickle)
    else { throw isExport(names) ? exported(file) : nothing(file) }
    let folder = String(pickle.dropLast("data.pkl".count))
    guard !names.contains("\(folder)constants.pkl"),
      !names.contains(where: { $0.hasPrefix("\(folder)code/") })
    else { throw PyTorchFile.failure("holds a TorchScript program", file) }
    if let order = archive.entry("\(folder)byteorder"),
      try archive.contents(of: order, limit: 64) != Data("little".utf8)
    {
      throw PyTorchFile.failure("holds big-endian numbers", file)
    }
    let bytes = try archive.contents(of: entry, limit: pickleLimit)
    let (machine, root) = try bytes.withUnsafeBytes { bytes in
      var machine = PickleMachine(bytes, limit: pickleLimit)
      let root = try PyTorchPickles.value(&machine, file)
      return (machine.withoutBytes, root)
    }
    return PyTorchContents(pickle: machine, root: root) { keys, packedLimit in
      var left = packedLimit
      return try Dictionary(
        uniqueKeysWithValues: keys.sorted().map { key in
          guard let entry = archive.entry("\(folder)data/\(key)") else {
            throw FormatError.badData(
              "a PyTorch file without its storage \(FormatError.shortened(key))", file: file,
              remedy: "the file may be damaged: save it again")
          }
          let contents = try archive.contents(
            of: entry, limit: entry.method == 0 ? InputFile.defaultLimit : left)
          if entry.method != 0 { left -= contents.count }
          return (key, contents)
        })
    }
  }

  /// Whether the names in an archive are those that `torch.export` writes.
  private static func isExport(_ names: [String]) -> Bool {
    names.contains { $0.hasSuffix("serialized_exported_program.json") || $0.contains("/models/") }
  }

  /// Returns the error for a program of `torch.export`.
  private static func exported(_ file: String) -> FormatError {
    PyTorchFile.failure("holds a program of torch.export", file)
  }

  /// Returns the error for a zip archive of another origin.
  private static func nothing(_ file: String) -> FormatError {
    .badData(
      "a zip archive, but none that torch.save wrote", file: file,
      remedy: "name a safetensors, PyTorch or ONNX file")
  }
}

/// The format before PyTorch 1.6: pickles one behind the other, then the storages.
///
/// The five pickles are a magic number, the version of the format, a dictionary of sizes, the value
/// that was saved, and the list of the storages' keys. Behind them lies each storage in the order
/// of the keys: its number of elements as a little-endian integer of 64 bits, and the elements.
enum PyTorchPickles {
  /// The pickle of the number that such files begin with, as protocol 2 writes it.
  private static let magic: [UInt8] = [
    0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e,
  ]

  /// Reads the pickles of a file and finds its storages.
  ///
  /// - Parameters:
  ///   - data: The whole file.
  ///   - file: The name used in errors.
  ///   - pickleLimit: The most bytes of all pickles together.
  /// - Throws: ``FormatError`` of kind `badData` for a pickle of another origin, one that is damaged
  ///   or too long, and storages that are missing or cut short.
  static func read(_ data: Data, file: String, pickleLimit: Int) throws -> PyTorchContents {
    guard data.starts(with: magic) else {
      throw FormatError.badData(
        "a pickle of Python, but none that torch.save wrote", file: file,
        remedy: "save the state dict with PyTorch, torch.save(net.state_dict(), \"net.pt\"), or "
          + "export the network to ONNX")
    }
    return try data.withUnsafeBytes { bytes in
      var machine = PickleMachine(bytes, at: magic.count, limit: pickleLimit)
      _ = try value(&machine, file)  // The version of the format.
      _ = try value(&machine, file)  // The sizes of C's types where it was written.
      let root = try value(&machine, file)
      let keys = try value(&machine, file)
      let places = try ranges(machine, keys, bytes, file)
      return PyTorchContents(pickle: machine.withoutBytes, root: root) { wanted, _ in
        var storages: [String: Data] = [:]
        for key in wanted {
          guard let range = places[key] else { continue }
          let start = data.startIndex
          storages[key] = data[(start + range.lowerBound)..<(start + range.upperBound)]
        }
        return storages
      }
    }
  }

  /// Returns where the bytes of each storage lie: behind its number of elements, in the order of
  /// the keys.
  ///
  /// - Parameters:
  ///   - machine: The machine that has read the pickles; its position is where the storages begin.
  ///   - keys: The list of the keys.
  ///   - bytes: The whole file.
  ///   - file: The name used in errors.
  /// - Throws: ``FormatError`` of kind `badData` where a storage is unknown or reaches beyond the
  ///   file.
  private static func ranges(
    _ machine: PickleMachine, _ keys: PickleValue, _ bytes: UnsafeRawBufferPointer, _ file: String
  ) throws -> [String: Range<Int>] {
    guard case .list(let places) = keys else { throw damaged("its storages have no keys", file) }
    var (at, ranges) = (machine.position, [String: Range<Int>]())
    for place in places {
      guard case .text(let key) = machine.values[place], let storage = machine.storages[key],
        at <= bytes.count - 8
      else { throw damaged("a storage is missing", file) }
      let count = bytes.loadUnaligned(fromByteOffset: at, as: Int64.self).littleEndian
      let size = storage.element?.size ?? 1
      guard count >= 0, count <= (bytes.count - at - 8) / size else {
        throw damaged("a storage is cut short", file)
      }
      ranges[key] = (at + 8)..<(at + 8 + Int(count) * size)
      at = ranges[key]!.upperBound
    }
    return ranges
  }

  /// Returns the value of the next pickle.
  ///
  /// - Throws: ``FormatError`` of kind `badData`, with the place in the pickle.
  static func value(_ machine: inout PickleMachine, _ file: String) throws -> PickleValue {
    do {
      return try machine.read()
    } catch let failure as PickleBytes.Failure {
      throw damaged("\(failure.problem), at byte \(failure.position) of the pickle", file)
    }
  }

  /// Returns the error for a file that cannot be read.
  private static func damaged(_ problem: String, _ file: String) -> FormatError {
    .badData(
      "a PyTorch file that cannot be read: \(problem)", file: file,
      remedy: "the file may be damaged: save it again")
  }
}
