/// The element types of the safetensors format.
enum SafetensorsElement: String {
  case bool = "BOOL"
  case uint8 = "U8"
  case int8 = "I8"
  case float8e5m2 = "F8_E5M2"
  case float8e4m3 = "F8_E4M3"
  case int16 = "I16"
  case uint16 = "U16"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case int32 = "I32"
  case uint32 = "U32"
  case float32 = "F32"
  case complex64 = "C64"
  case float64 = "F64"
  case int64 = "I64"
  case uint64 = "U64"

  /// The size of an element in bytes.
  var size: Int {
    switch self {
    case .bool, .uint8, .int8, .float8e5m2, .float8e4m3: 1
    case .int16, .uint16, .float16, .bfloat16: 2
    case .int32, .uint32, .float32: 4
    case .complex64, .float64, .int64, .uint64: 8
    }
  }

  /// Why an array could not be had as Float32 numbers.
  enum Failure: Error {
    case unsupported
    case inexact(index: Int, value: String)

    /// The error for a tensor of a file.
    func error(_ element: SafetensorsElement, _ name: String, file: String) -> FormatError {
      let problem =
        switch self {
        case .unsupported: "elements of type \(element.rawValue) cannot be read"
        case .inexact(let index, let value):
          "element \(index), \(value) of type \(element.rawValue), cannot be held by a Float32"
        }
      return .badData(
        problem, file: file, at: .tensor(name),
        remedy: "save it as Float32 (net.float() in PyTorch), and check that network")
    }
  }

  /// Little-endian elements as Float32 numbers.
  ///
  /// Throws ``Failure`` for an integer or F64 that is no Float32, and for the types that have no
  /// conversion (F8, C64).
  func scalars(of bytes: UnsafeRawBufferPointer) throws -> [Float] {
    switch self {
    case .float32: Self.copied(bytes)
    case .bfloat16:
      map(bytes, UInt16.self) { Float(bitPattern: UInt32(UInt16(littleEndian: $0)) << 16) }
    case .float16: map(bytes, UInt16.self) { Self.float(half: UInt16(littleEndian: $0)) }
    case .bool: map(bytes, UInt8.self) { $0 == 0 ? 0 : 1 }
    case .uint8: map(bytes, UInt8.self) { Float($0) }
    case .int8: map(bytes, Int8.self) { Float($0) }
    case .int16: map(bytes, Int16.self) { Float(Int16(littleEndian: $0)) }
    case .uint16: map(bytes, UInt16.self) { Float(UInt16(littleEndian: $0)) }
    case .int32: try exact(bytes, Int32.self)
    case .uint32: try exact(bytes, UInt32.self)
    case .int64: try exact(bytes, Int64.self)
    case .uint64: try exact(bytes, UInt64.self)
    case .float64: try narrowed(bytes)
    case .complex64, .float8e4m3, .float8e5m2: throw Failure.unsupported
    }
  }

  private static func copied(_ bytes: UnsafeRawBufferPointer) -> [Float] {
    #if _endian(big)
      #error("safetensors data are copied as they are, which needs a little-endian machine")
    #endif
    return Array(unsafeUninitializedCapacity: bytes.count / 4) { target, initialized in
      UnsafeMutableRawBufferPointer(target).copyMemory(from: bytes)
      initialized = bytes.count / 4
    }
  }

  /// Loads are unaligned: the header of a valid file may have any length.
  private func map<Stored: BitwiseCopyable>(
    _ bytes: UnsafeRawBufferPointer, _: Stored.Type, _ convert: (Stored) -> Float
  ) -> [Float] {
    let count = bytes.count / size
    return Array(unsafeUninitializedCapacity: count) { target, initialized in
      for index in 0..<count {
        let stored = bytes.loadUnaligned(fromByteOffset: index * size, as: Stored.self)
        target.initializeElement(at: index, to: convert(stored))
      }
      initialized = count
    }
  }

  private func exact<Stored: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: UnsafeRawBufferPointer, _: Stored.Type
  ) throws -> [Float] {
    try (0..<bytes.count / size).map { index in
      let stored = bytes.loadUnaligned(fromByteOffset: index * size, as: Stored.self)
      let value = Stored(littleEndian: stored)
      guard let scalar = Float(exactly: value) else {
        throw Failure.inexact(index: index, value: "\(value)")
      }
      return scalar
    }
  }

  private func narrowed(_ bytes: UnsafeRawBufferPointer) throws -> [Float] {
    try (0..<bytes.count / size).map { index in
      let stored = bytes.loadUnaligned(fromByteOffset: index * size, as: UInt64.self)
      let value = Double(bitPattern: UInt64(littleEndian: stored))
      let scalar = Float(value)
      guard Double(scalar) == value || value.isNaN else {
        throw Failure.inexact(index: index, value: "\(value)")
      }
      return scalar
    }
  }

  /// The value of an IEEE 754 half; by hand, since Swift has no Float16 on Intel Macs.
  static func float(half bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10) & 0x1f
    let fraction = UInt32(bits) & 0x3ff
    switch exponent {
    case 0:
      let magnitude = Float(fraction) * 0x1p-24
      return sign == 0 ? magnitude : -magnitude
    case 0x1f: return Float(bitPattern: sign | 0x7f80_0000 | fraction << 13)
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}
