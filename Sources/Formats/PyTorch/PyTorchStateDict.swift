/// The state dict in what `torch.save` was given, found by a short search.
///
/// People save a state dict by itself or in a checkpoint beside the optimiser's state, under names
/// that vary. The search takes the first dictionary that has named tensors: the outermost one, or
/// one under a key that checkpoints use for it, at most three dictionaries deep.
struct PyTorchStateDict {
  /// The tensors by name; at least one.
  let tensors: [String: PyTorchTensor]

  /// The keys under which checkpoints have the state dict, best first.
  private static let keys = [
    "state_dict", "model_state_dict", "model_state", "model", "net", "network", "module", "weights",
    "params",
  ]

  /// Finds the state dict.
  ///
  /// - Parameters:
  ///   - pickle: The machine that holds the values.
  ///   - root: The value that was saved.
  ///   - file: The name used in errors.
  /// - Throws: ``FormatError`` of kind `badData` where there is no dictionary of named tensors,
  ///   with what there is in its place, and where one of the tensors is of a kind that is not read.
  init(_ pickle: PickleMachine, _ root: PickleValue, file: String) throws {
    switch root {
    case .dictionary(let pairs):
      let search = Search(values: pickle.values, file: file)
      guard let found = try search.tensors(pairs, depth: 3) else {
        throw PyTorchFile.failure(search.lack(pairs), file)
      }
      tensors = found
    case .other(let name):
      throw PyTorchFile.failure(
        "holds a whole object of class \(FormatError.shortened(name)), which only Python can load",
        file)
    case .tensor: throw PyTorchFile.failure("holds a tensor, not a state dict", file)
    default: throw PyTorchFile.failure("holds no state dict", file)
    }
  }

  /// The search through the dictionaries of a file.
  private struct Search {
    /// All values of the pickle, by their places.
    let values: [PickleValue]
    let file: String

    /// Returns the named tensors of a dictionary, or of the best of the dictionaries in it.
    ///
    /// Values that are no tensors, such as counts of epochs, are passed over.
    ///
    /// - Parameter depth: How many dictionaries may lie inside each other, this one included.
    /// - Returns: nil where there are none.
    /// - Throws: ``FormatError`` of kind `badData`, with the name, for a tensor of a kind that is
    ///   not read: to leave it out would give another network.
    func tensors(
      _ pairs: [(key: Int, value: Int)], depth: Int
    ) throws -> [String: PyTorchTensor]? {
      var (own, inner): ([String: PyTorchTensor], [String: [(key: Int, value: Int)]]) = ([:], [:])
      for (key, value) in pairs {
        guard case .text(let name) = values[key] else { continue }
        switch values[value] {
        case .tensor(let tensor): own[name] = tensor
        case .dictionary(let pairs): inner[name] = pairs
        case .other(let what) where what.hasPrefix("torch._utils._rebuild"):
          throw FormatError.badData(
            "a PyTorch tensor of a kind that is not read (\(FormatError.shortened(what)))",
            file: file, at: .tensor(name), remedy: "save it dense, as Float32")
        default: break
        }
      }
      if !own.isEmpty { return own }
      guard depth > 1 else { return nil }
      for key in PyTorchStateDict.keys {
        if let pairs = inner[key], let found = try tensors(pairs, depth: depth - 1) { return found }
      }
      return nil
    }

    /// Returns what a dictionary without named tensors has instead, as the end of a sentence.
    func lack(_ pairs: [(key: Int, value: Int)]) -> String {
      let names = pairs.prefix(8).compactMap { pair -> String? in
        if case .text(let name) = values[pair.key] { name } else { nil }
      }
      for pair in pairs {
        guard case .text(let name) = values[pair.key], PyTorchStateDict.keys.contains(name),
          case .other(let what) = values[pair.value]
        else { continue }
        return "holds under \"\(name)\" a whole object of class \(FormatError.shortened(what)), "
          + "which only Python can load"
      }
      return names.isEmpty
        ? "holds no tensors"
        : "holds no state dict (only \(FormatError.shortened(names.joined(separator: ", "))))"
    }
  }
}
