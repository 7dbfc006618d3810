import Foundation
import Tensors

/// Reads arrays of numbers (TensorProto) from a model, and from the files beside it that hold large
/// weights.
///
/// ONNX stores the elements of a tensor in one of three ways: in a field of the message that fits
/// the type (`float_data`, `int32_data`, …), as little-endian bytes (`raw_data`), or in another
/// file (external data), which models of more than 2 GB need. This type reads all three. It is a
/// class because it keeps files of external data open, so that each is opened once and each
/// tensor's part is read once.
///
/// Float, double, float16, bfloat16, bool, int8, int16, int32, int64, uint8 and uint16 are read.
/// Strings, complex numbers, uint32, uint64 and the types of 4 and 8 bits of later opsets are
/// refused.
final class ONNXTensorReader {
  /// The model's file; external data lie in its folder.
  let file: URL
  /// The files of external data that are open, by their location as the model names it.
  private var external: [String: InputFile.Opened] = [:]

  /// Makes a reader that has no file open.
  init(file: URL) { self.file = file }

  /// Returns a tensor as a constant.
  ///
  /// Numbers of float16 and bfloat16 become Float32, which holds them exactly. Booleans and all
  /// integers become `Int`; whatever is not 0 is true.
  ///
  /// - Throws: ``FormatError`` naming the tensor where its element type is not supported, its shape
  ///   has a negative extent or overflows, its data are not as many scalars as its shape has, or
  ///   external data are missing, too short, or outside of the model's folder.
  func constant(_ tensor: Onnx_TensorProto) throws -> ONNXConstant {
    let shape = tensor.dims.map(Int.init)
    guard let count = Self.count(of: shape) else { throw bad("impossible shape \(shape)", tensor) }
    /// The scalars from the bytes, where there are bytes, else from the typed field.
    func read<Bits: FixedWidthInteger, Scalar>(
      _ type: Bits.Type, _ field: [Scalar], _ value: (Bits) -> Scalar
    ) throws -> [Scalar] {
      let raw = try scalars(of: tensor, count, as: type)?.map(value)
      return try checked(raw ?? field, count, tensor)
    }
    /// Float16 and bfloat16 as bit patterns: in the typed field each takes 32 bits.
    var small: [UInt16] { tensor.int32Data.map { UInt16(truncatingIfNeeded: $0) } }
    /// Integers of up to 32 bits, and booleans: in the typed field each takes 32 bits.
    var narrow: [Int] { tensor.int32Data.map(Int.init) }
    switch tensor.elementType {
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
      // A bfloat16 is the upper half of a Float32.
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
          + "float16, bfloat16, bool, int8 to int64, uint8 and uint16", tensor)
    }
  }

  /// Returns ONNX's name of an element type, such as "uint8", or its number if the name is not
  /// known here.
  static func name(_ type: Int32) -> String {
    let names = [
      "undefined", "float", "uint8", "int8", "uint16", "int16", "int32", "int64", "string", "bool",
      "float16", "double", "uint32", "uint64", "complex64", "complex128", "bfloat16",
    ]
    return names.indices ~= Int(type) ? names[Int(type)] : "\(type)"
  }

  /// Returns the product of the extents, or nil if one is negative or the product overflows.
  ///
  /// Shapes in a file are whatever its author wrote, so sizes are computed from them by this
  /// function and not by plain multiplication, which would trap.
  static func count(of shape: [Int]) -> Int? {
    var product = 1
    for extent in shape {
      let (next, overflow) = product.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflow else { return nil }
      product = next
    }
    return product
  }

  /// Returns the scalars if their number is that of the shape.
  ///
  /// - Throws: ``FormatError`` where it is not.
  private func checked<Scalar>(
    _ scalars: [Scalar], _ count: Int, _ tensor: Onnx_TensorProto
  ) throws -> [Scalar] {
    guard scalars.count == count else {
      throw bad("holds \(scalars.count) scalars where its shape has \(count)", tensor)
    }
    return scalars
  }

  /// Returns the little-endian scalars of raw or external data, or nil where the data are in a
  /// typed field.
  ///
  /// - Throws: ``FormatError`` where the number of bytes is not that of `count` scalars. This is
  ///   checked before anything is allocated by the shape.
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

  /// Returns the bytes of a tensor in a file beside the model.
  ///
  /// The model gives a location relative to its own folder, an offset (0 if left out) and a length
  /// (the rest of the file if left out). Absolute locations and those with `..` are refused, so
  /// that a model cannot make the reader open other files by their paths.
  ///
  /// - Throws: ``FormatError`` where the location is missing or refused, the file cannot be opened,
  ///   or it ends too early.
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

  /// An error that names the file and the tensor.
  private func bad(_ problem: String, _ tensor: Onnx_TensorProto) -> FormatError {
    .badData(problem, file: file.path, at: .tensor(tensor.name))
  }
}

extension Onnx_TensorProto {
  /// The type of the elements; nil for a number that is not known here.
  var elementType: DataType? { DataType(rawValue: Int(dataType)) }
}
