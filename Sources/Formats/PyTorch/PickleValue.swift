/// A value that a pickle builds. Values inside others are places in ``PickleMachine/values``, so that
/// neither a cycle nor any depth of nesting is a danger.
enum PickleValue {
  case none
  case bool(Bool)
  case integer(Int)
  case float(Double)
  case text(String)
  case tuple([Int])
  case list([Int])
  case dictionary([(key: Int, value: Int)])
  /// A class or function, by its module and name; it is never called.
  case name(String)
  case storage(PyTorchStorage)
  indirect case tensor(PyTorchTensor)
  /// Something that is not built: an object of this class, or what this function would return.
  case other(String)
}

/// The memory of tensors, which lies beside the pickle.
struct PyTorchStorage: Equatable, Sendable {
  let key: String
  /// nil for bytes whose type the tensor names.
  let element: SafetensorsElement?
  /// The number of elements, or of bytes where there is no type.
  let count: Int

  /// The type of elements by the name of a storage's class; nil for one that cannot be read.
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

  /// The type of elements by PyTorch's name of a data type.
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

/// A view of a storage: offset and strides count elements.
struct PyTorchTensor: Equatable, Sendable {
  let storage: String
  let element: SafetensorsElement
  let offset: Int
  let shape: [Int]
  let strides: [Int]

  /// The number of elements; nil where no machine holds so many.
  var count: Int? {
    shape.reduce(1) { count, length in count.flatMap { Self.product($0, length) } }
  }

  /// The index of the last element in the storage; nil where that overflows or there is none.
  var last: Int? {
    guard let count, count > 0 else { return nil }
    return zip(shape, strides).reduce(offset) { sum, axis in
      guard let sum, let step = Self.product(axis.0 - 1, axis.1) else { return nil }
      let (result, overflow) = sum.addingReportingOverflow(step)
      return overflow ? nil : result
    }
  }

  private static func product(_ a: Int, _ b: Int) -> Int? {
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    return overflow ? nil : product
  }

  /// Whether the elements lie one behind the other in row-major order.
  var isContiguous: Bool {
    var step = 1
    for (length, stride) in zip(shape, strides).reversed() where length != 1 {
      guard stride == step else { return false }
      step *= length
    }
    return true
  }
}
