/// Finds the state dict in what `torch.save` was given.
struct PyTorchStateDict {
  let tensors: [String: PyTorchTensor]

  /// The keys under which checkpoints have it, best first.
  private static let keys = [
    "state_dict", "model_state_dict", "model_state", "model", "net", "network", "module", "weights",
    "params",
  ]

  /// Throws ``FormatError`` where there is no dictionary of named tensors.
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

  private struct Search {
    let values: [PickleValue]
    let file: String

    /// The named tensors of a dictionary, or of the best of the dictionaries in it.
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

    /// What a dictionary without named tensors has instead.
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
