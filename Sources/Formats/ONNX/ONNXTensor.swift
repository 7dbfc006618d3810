import Foundation
import Tensors

/// A constant of an ONNX graph.
enum ONNXConstant {
  case floats(shape: [Int], [Float])
  case integers(shape: [Int], [Int])

  var shape: [Int] {
    switch self {
    case .floats(let shape, _), .integers(let shape, _): shape
    }
  }

  var count: Int {
    switch self {
    case .floats(_, let scalars): scalars.count
    case .integers(_, let scalars): scalars.count
    }
  }

  var floats: [Float]? { if case .floats(_, let scalars) = self { scalars } else { nil } }
  var integers: [Int]? { if case .integers(_, let scalars) = self { scalars } else { nil } }

  func mapped(_ float: (Float) -> Float, _ integer: (Int) -> Int) -> ONNXConstant {
    switch self {
    case .floats(let shape, let scalars): .floats(shape: shape, scalars.map(float))
    case .integers(let shape, let scalars): .integers(shape: shape, scalars.map(integer))
    }
  }

  /// The same scalars under another shape.
  func shaped(_ shape: [Int]) -> ONNXConstant {
    switch self {
    case .floats(_, let scalars): .floats(shape: shape, scalars)
    case .integers(_, let scalars): .integers(shape: shape, scalars)
    }
  }

  /// The scalars at the given places.
  func taking(_ places: [Int], shape: [Int]) -> ONNXConstant {
    switch self {
    case .floats(_, let scalars): .floats(shape: shape, places.map { scalars[$0] })
    case .integers(_, let scalars): .integers(shape: shape, places.map { scalars[$0] })
    }
  }
}

/// Reading of TensorProto: data of float, double, int64 or int32, in the message or in a file
/// beside it.
struct ONNXTensorReader {
  let file: URL

  /// Throws ``FormatError`` for another element type, a shape that is not the data's, and external
  /// data that are not there.
  func constant(_ tensor: Onnx_TensorProto) throws -> ONNXConstant {
    let shape = tensor.dims.map(Int.init)
    guard let count = Self.count(of: shape) else { throw bad("impossible shape \(shape)", tensor) }
    switch Onnx_TensorProto.DataType(rawValue: Int(tensor.dataType)) {
    case .float:
      let raw = try scalars(of: tensor, count, as: UInt32.self)?.map(Float.init(bitPattern:))
      return .floats(shape: shape, try checked(raw ?? tensor.floatData, count, tensor))
    case .double:
      let raw = try scalars(of: tensor, count, as: UInt64.self)?.map(Double.init(bitPattern:))
      return .floats(
        shape: shape, try checked(raw ?? tensor.doubleData, count, tensor).map { Float($0) })
    case .int64:
      let raw = try scalars(of: tensor, count, as: UInt64.self)?.map(Int64.init(bitPattern:))
      return .integers(
        shape: shape, try checked(raw ?? tensor.int64Data, count, tensor).map { Int($0) })
    case .int32:
      let raw = try scalars(of: tensor, count, as: UInt32.self)?.map(Int32.init(bitPattern:))
      return .integers(
        shape: shape, try checked(raw ?? tensor.int32Data, count, tensor).map { Int($0) })
    default:
      throw bad(
        "element type \(tensor.dataType) is not supported; supported are float, double, int64 and "
          + "int32", tensor)
    }
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
    let data: Data
    if tensor.dataLocation == .external {
      data = try externalData(tensor)
    } else if tensor.hasRawData {
      data = tensor.rawData
    } else {
      return nil
    }
    let size = MemoryLayout<Bits>.size
    guard data.count % size == 0, data.count / size == count else {
      throw bad("holds \(data.count) bytes where its shape has \(count) scalars of \(size)", tensor)
    }
    return data.withUnsafeBytes { bytes in
      (0..<count).map {
        Bits(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * size, as: Bits.self))
      }
    }
  }

  private func externalData(_ tensor: Onnx_TensorProto) throws -> Data {
    let entries = Dictionary(
      tensor.externalData.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
    guard let location = entries["location"], !location.hasPrefix("/"),
      !location.split(separator: "/").contains("..")
    else { throw bad("external data outside the model's folder", tensor) }
    let data = try InputFile.read(file.deletingLastPathComponent().appending(path: location))
    let offset = entries["offset"].flatMap(Int.init) ?? 0
    let length = entries["length"].flatMap(Int.init)
    guard 0...data.count ~= offset, 0...data.count - offset ~= length ?? 0 else {
      throw bad("external data end after \(data.count) bytes of \(location)", tensor)
    }
    return data.dropFirst(offset).prefix(length ?? data.count)
  }

  private func bad(_ problem: String, _ tensor: Onnx_TensorProto) -> FormatError {
    .badData(problem, file: file.path, at: .tensor(tensor.name))
  }
}
