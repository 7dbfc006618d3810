/// A value that a pickle builds, as far as a state dict can depend on it.
///
/// ``PickleMachine`` makes the values. Those inside others are places in ``PickleMachine/values``,
/// and not values themselves, so that neither a cycle nor any depth of nesting is a danger: nothing
/// recurses into a value, and releasing one does not either.
enum PickleValue {
  /// Python's `None`.
  case none
  case bool(Bool)
  case integer(Int)
  case float(Double)
  /// A string; bytes that are no UTF-8 are replaced.
  case text(String)
  /// The places of the elements.
  case tuple([Int])
  /// The places of the elements; sets are read as lists.
  case list([Int])
  /// The places of keys and values, in the order in which they were set; a key may come twice.
  case dictionary([(key: Int, value: Int)])
  /// A class or function, by its module and name; it is never called.
  case name(String)
  /// The memory of tensors, which a persistent name of the pickle refers to.
  case storage(PyTorchStorage)
  /// A view of a storage.
  indirect case tensor(PyTorchTensor)
  /// Something that is not built: an object of this class, or what this function would return.
  case other(String)
}

/// The memory of tensors, which lies beside the pickle: in a file of the archive, or behind the
/// pickles in the old format.
///
/// Several tensors may view one storage, as a weight and its transpose do.
struct PyTorchStorage: Equatable, Sendable {
  /// The name of the storage in the file.
  let key: String
  /// The type of the elements; nil for bytes whose type the tensor names.
  let element: SafetensorsElement?
  /// The number of elements that the pickle claims, or of bytes where there is no type. Readers go
  /// by the bytes that are there.
  let count: Int

  /// The type of elements by the name of a storage's class.
  ///
  /// - Returns: nil for a class that cannot be read, and `.some(nil)` for bytes whose type the
  ///   tensor names.
  static func element(class name: String) -> SafetensorsElement?? {
    switch name {
    case "torch.FloatStorage": .float32
    case "torch.DoubleStorage": .float64
    case "torch.HalfStorage": .float16
    case "torch.BFloat16Storage": .bfloat16
    case "torch.LongStorage": .int64
    case "torch.IntStorage": .int32
    case "torch.ShortStorage": .int16
    case "torch.CharStorage": .int8
    case "torch.ByteStorage": .uint8
    case "torch.BoolStorage": .bool
    case "torch.storage.UntypedStorage": .some(nil)
    default: nil
    }
  }

  /// The type of elements by PyTorch's name of a data type; nil for one that cannot be read.
  static func element(type name: String) -> SafetensorsElement? {
    switch name {
    case "torch.float32": .float32
    case "torch.float64": .float64
    case "torch.float16": .float16
    case "torch.bfloat16": .bfloat16
    case "torch.int64": .int64
    case "torch.int32": .int32
    case "torch.int16": .int16
    case "torch.int8": .int8
    case "torch.uint64": .uint64
    case "torch.uint32": .uint32
    case "torch.uint16": .uint16
    case "torch.uint8": .uint8
    case "torch.bool": .bool
    default: nil
    }
  }
}

/// A view of a storage, as PyTorch's tensors are.
///
/// The element at index (i₀, i₁, …) is the element number offset + Σ iₖ · strideₖ of the storage.
/// Offset and strides count elements and are not negative. The claims are the pickle's own and
/// nothing of them is known to be true until ``PyTorchFile`` has checked them against the storage.
struct PyTorchTensor: Equatable, Sendable {
  /// The key of the storage.
  let storage: String
  /// The type of the elements.
  let element: SafetensorsElement
  /// The number of the first element in the storage.
  let offset: Int
  /// The lengths of the dimensions, outermost first.
  let shape: [Int]
  /// How many elements apart neighbours along each dimension lie. A stride of 0 repeats an element.
  let strides: [Int]

  /// The number of elements, which is the product of the shape; nil where it overflows.
  var count: Int? {
    shape.reduce(1) { count, length in count.flatMap { Self.product($0, length) } }
  }

  /// The index of the last element in the storage: offset + Σ (lengthₖ − 1) · strideₖ, the largest
  /// that the view reaches, since no stride is negative; nil where that overflows or there are no
  /// elements.
  var last: Int? {
    guard let count, count > 0 else { return nil }
    return zip(shape, strides).reduce(offset) { sum, axis in
      guard let sum, let step = Self.product(axis.0 - 1, axis.1) else { return nil }
      let (result, overflow) = sum.addingReportingOverflow(step)
      return overflow ? nil : result
    }
  }

  /// Returns the product of two numbers; nil where it overflows.
  private static func product(_ a: Int, _ b: Int) -> Int? {
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    return overflow ? nil : product
  }

  /// Whether the elements lie one behind the other in row-major order, so that they can be read in
  /// one piece. The stride of a dimension of length 1 does not matter.
  var isContiguous: Bool {
    var step = 1
    for (length, stride) in zip(shape, strides).reversed() where length != 1 {
      guard stride == step else { return false }
      step *= length
    }
    return true
  }
}
