import Foundation
import Tensors

/// Reading of TensorProto: data of float, double, float16, bfloat16, integers or booleans, in the
/// message or in a file beside it.
final class ONNXTensorReader {
  let file: URL
  /// Files of external data that are open, by their location.
  private var external: [String: InputFile.Opened] = [:]

  init(file: URL) { self.file = file }

  private typealias Kind = Onnx_TensorProto.DataType

  /// Throws ``FormatError`` for another element type, a shape that is not the data's, and external
  /// data that are not there.
  func constant(_ tensor: Onnx_TensorProto) throws -> ONNXConstant {
    let shape = tensor.dims.map(Int.init)
    guard let count = Self.count(of: shape) else { throw bad("impossible shape \(shape)", tensor) }
    func read<Bits: FixedWidthInteger, Scalar>(
      _ type: Bits.Type, _ field: [Scalar], _ value: (Bits) -> Scalar
    ) throws -> [Scalar] {
      let raw = try scalars(of: tensor, count, as: type)?.map(value)
      return try checked(raw ?? field, count, tensor)
    }
    /// Small elements that lie in a field of 32 bits each.
    var small: [UInt16] { tensor.int32Data.map { UInt16(truncatingIfNeeded: $0) } }
    var narrow: [Int] { tensor.int32Data.map(Int.init) }
    switch Kind(rawValue: Int(tensor.dataType)) {
    case .float:
      return .floats(
        shape: shape, try read(UInt32.self, tensor.floatData) { Float(bitPattern: $0) })
    case .double:
      return .doubles(
        shape: shape, try read(UInt64.self, tensor.doubleData) { Double(bitPattern: $0) })
    case .float16:
      let bits = try read(UInt16.self, small) { $0 }
      return .floats(shape: shape, bits.map(SafetensorsElement.float(half:)))
    case .bfloat16:
      let bits = try read(UInt16.self, small) { $0 }
      return .floats(shape: shape, bits.map { Float(bitPattern: UInt32($0) << 16) })
    case .int64:
      return .integers(
        shape: shape,
        try read(UInt64.self, tensor.int64Data.map(Int.init)) { Int(truncatingIfNeeded: $0) })
    case .int32:
      return .integers(
        shape: shape, try read(UInt32.self, narrow) { Int(Int32(bitPattern: $0)) })
    case .int16:
      return .integers(shape: shape, try read(UInt16.self, narrow) { Int(Int16(bitPattern: $0)) })
    case .uint16: return .integers(shape: shape, try read(UInt16.self, narrow) { Int($0) })
    case .int8:
      return .integers(shape: shape, try read(UInt8.self, narrow) { Int(Int8(bitPattern: $0)) })
    case .uint8: return .integers(shape: shape, try read(UInt8.self, narrow) { Int($0) })
    case .bool:
      let values = try read(UInt8.self, narrow) { Int($0) }
      return .integers(shape: shape, values.map { $0 == 0 ? 0 : 1 })
    default:
      throw bad(
        "element type \(Self.name(tensor.dataType)) is not supported; supported are float, double, "
          + "float16, bfloat16, integers of 8 to 64 bits and bool", tensor)
    }
  }

  /// ONNX's name of an element type, such as "uint8".
  static func name(_ type: Int32) -> String {
    let names = [
      "undefined", "float", "uint8", "int8", "uint16", "int16", "int32", "int64", "string", "bool",
      "float16", "double", "uint32", "uint64", "complex64", "complex128", "bfloat16",
    ]
    return names.indices ~= Int(type) ? names[Int(type)] : "\(type)"
  }

  /// The product of the extents; nil if one is negative or it overflows.
  static func count(of shape: [Int]) -> Int? {
    var product = 1
    for extent in shape {
      let (next, overflow) = product.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflow else { return nil }
      product = next
    }
    return product
  }

  private func checked<Scalar>(
    _ scalars: [Scalar], _ count: Int, _ tensor: Onnx_TensorProto
  ) throws -> [Scalar] {
    guard scalars.count == count else {
      throw bad("holds \(scalars.count) scalars where its shape has \(count)", tensor)
    }
    return scalars
  }

  /// Little-endian scalars of raw or external data; nil where the data are in a typed field.
  private func scalars<Bits: FixedWidthInteger>(
    of tensor: Onnx_TensorProto, _ count: Int, as type: Bits.Type
  ) throws -> [Bits]? {
    let size = MemoryLayout<Bits>.size
    let data: Data
    if tensor.dataLocation == .external {
      data = try externalData(tensor)
    } else if tensor.hasRawData {
      data = tensor.rawData
    } else {
      return nil
    }
    guard data.count % size == 0, data.count / size == count else {
      throw bad("holds \(data.count) bytes where its shape has \(count) scalars of \(size)", tensor)
    }
    return data.withUnsafeBytes { bytes in
      (0..<count).map {
        Bits(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * size, as: Bits.self))
      }
    }
  }

  /// The bytes of a tensor in a file beside the model, read by offset and length.
  private func externalData(_ tensor: Onnx_TensorProto) throws -> Data {
    let entries = Dictionary(
      tensor.externalData.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
    guard let location = entries["location"], !location.hasPrefix("/"),
      !location.split(separator: "/").contains("..")
    else { throw bad("external data outside the model's folder", tensor) }
    let opened =
      try external[location]
      ?? InputFile.Opened(file.deletingLastPathComponent().appending(path: location))
    external[location] = opened
    let offset = entries["offset"].flatMap(Int.init) ?? 0
    guard 0...opened.size ~= offset,
      case let length = entries["length"].flatMap(Int.init) ?? opened.size - offset,
      0...opened.size - offset ~= length
    else { throw bad("external data end after \(opened.size) bytes of \(location)", tensor) }
    return try opened.read(length, at: offset)
  }

  private func bad(_ problem: String, _ tensor: Onnx_TensorProto) -> FormatError {
    .badData(problem, file: file.path, at: .tensor(tensor.name))
  }
}
