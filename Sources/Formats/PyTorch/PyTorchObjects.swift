/// What the few functions that PyTorch's pickles name would return.
extension PickleMachine {
  /// Returns the value of a call: a container, a view of a storage, or a name for anything else.
  ///
  /// - Parameters:
  ///   - callee: What is called; a name, in an honest pickle.
  ///   - arguments: The place of the tuple of arguments.
  /// - Throws: ``PickleBytes/Failure`` where calls have copied too much.
  mutating func called(_ callee: PickleValue, _ arguments: Int) throws -> PickleValue {
    guard case .name(let name) = callee else { return .other("a call") }
    guard case .tuple(let places) = values[arguments] else { return .other(name) }
    return try called(name, places)
  }

  /// Returns what a function of a name would return for some arguments.
  ///
  /// `_rebuild_from_type_v2` names another of these functions with its arguments; it cannot name
  /// itself, so that this goes no deeper than two. No list and no dictionary is returned that the
  /// pickle has elsewhere too, since both would be copied when one of them grows.
  private mutating func called(_ name: String, _ places: [Int]) throws -> PickleValue {
    switch name {
    case "collections.OrderedDict", "builtins.dict", "__builtin__.dict":
      return .dictionary(try places.first.map { try pairs($0) } ?? [])
    case "torch.Size" where places.count == 1:
      guard case .tuple = values[places[0]] else { return .other(name) }
      return values[places[0]]
    case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2":
      return tensor(places, type: nil) ?? .other(name)
    case "torch._utils._rebuild_tensor_v3":
      guard places.count > 6, case .name(let type) = values[places[6]],
        let element = PyTorchStorage.element(type: type)
      else { return .other(name) }
      return tensor(places, type: element) ?? .other(name)
    case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state":
      guard let place = places.first else { return .other(name) }
      switch values[place] {
      case .tensor, .other: return values[place]
      default: return .other(name)
      }
    case "torch._tensor._rebuild_from_type_v2":
      guard places.count > 2, case .name(let function) = values[places[0]],
        function.hasPrefix("torch._utils._rebuild"), case .tuple(let inner) = values[places[2]]
      else { return .other(name) }
      return try called(function, inner)
    default: return .other(name)
    }
  }

  /// Returns the entries of a list of pairs, from which `OrderedDict` is made; whatever is no pair
  /// is left out.
  ///
  /// - Throws: ``PickleBytes/Failure`` where calls have copied too much.
  private mutating func pairs(_ place: Int) throws -> [(key: Int, value: Int)] {
    guard case .list(let items) = values[place] else { return [] }
    try countCopied(items.count)
    return items.compactMap { item in
      switch values[item] {
      case .tuple(let pair) where pair.count == 2: (pair[0], pair[1])
      case .list(let pair) where pair.count == 2: (pair[0], pair[1])
      default: nil
      }
    }
  }

  /// Returns a tensor from the arguments (storage, offset, shape, strides, …) of a function that
  /// rebuilds one.
  ///
  /// - Parameter type: The type of the elements, where the function names it; nil for that of the
  ///   storage.
  /// - Returns: nil where the arguments are not of this form, or no type is known.
  private func tensor(_ places: [Int], type: SafetensorsElement?) -> PickleValue? {
    guard places.count >= 4, case .storage(let storage) = values[places[0]],
      case .integer(let offset) = values[places[1]], let shape = lengths(places[2]),
      let strides = lengths(places[3]), shape.count == strides.count, offset >= 0,
      let element = type ?? storage.element
    else { return nil }
    return .tensor(
      PyTorchTensor(
        storage: storage.key, element: element, offset: offset, shape: shape, strides: strides))
  }

  /// Returns a tuple of up to 32 numbers that are not negative; nil for anything else.
  private func lengths(_ place: Int) -> [Int]? {
    guard case .tuple(let places) = values[place], places.count <= 32 else { return nil }
    let lengths = places.compactMap { place -> Int? in
      if case .integer(let length) = values[place], length >= 0 { length } else { nil }
    }
    return lengths.count == places.count ? lengths : nil
  }

  /// Returns the storage that a persistent name (`"storage"`, class, key, device, count, …) refers
  /// to.
  ///
  /// The device does not matter. A sixth element, if it is not `None`, makes the name that of a
  /// part of another storage, which only old files have; it is not built.
  ///
  /// - Parameter place: The place of the tuple.
  /// - Returns: The storage; or ``PickleValue/other(_:)`` for one whose elements cannot be read.
  /// - Throws: ``PickleBytes/Failure`` where the name is of another form.
  mutating func storage(_ place: Int) throws -> PickleValue {
    guard case .tuple(let places) = values[place] else {
      throw failure("it refers to something that is no storage")
    }
    // The old format gives the source of a class with its name.
    if places.count > 1, case .text("module") = values[places[0]] { return values[places[1]] }
    guard places.count >= 5, case .text("storage") = values[places[0]],
      case .name(let name) = values[places[1]],
      case .text(let key) = values[places[2]], case .integer(let count) = values[places[4]],
      count >= 0
    else { throw failure("it refers to something that is no storage") }
    if places.count > 5 {
      guard case .none = values[places[5]] else { return .other("a part of a storage") }
    }
    guard let element = PyTorchStorage.element(class: name) else { return .other(name) }
    let storage = PyTorchStorage(key: key, element: element, count: count)
    note(storage)
    return .storage(storage)
  }
}
