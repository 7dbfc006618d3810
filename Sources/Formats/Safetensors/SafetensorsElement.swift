/// The element types of the safetensors format, by their names in the header, and their conversion
/// to Float32.
///
/// ``PyTorchFile`` uses the same types for its storages. Networks compute in Float32 here, and a
/// certificate holds for the network that was read. A conversion that rounded weights would
/// therefore answer for another network than the one in the file. Types whose every value is a
/// Float32 are converted, wider ones only where each value happens to be one, and the rest is
/// refused.
enum SafetensorsElement: String {
  /// A byte, of which 0 is false and all else true; they become 0 and 1.
  case bool = "BOOL"
  case uint8 = "U8"
  case int8 = "I8"
  /// Floats of 8 bits, for which there is no conversion.
  case float8e5m2 = "F8_E5M2"
  case float8e4m3 = "F8_E4M3"
  case int16 = "I16"
  case uint16 = "U16"
  /// IEEE 754 binary16: every value is a Float32.
  case float16 = "F16"
  /// The upper half of a Float32.
  case bfloat16 = "BF16"
  case int32 = "I32"
  case uint32 = "U32"
  case float32 = "F32"
  /// Two floats of 32 bits, for which there is no conversion.
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
    /// The type has no conversion.
    case unsupported
    /// An element is no Float32: its index in row-major order, and the number as text.
    case inexact(index: Int, value: String)

    /// Returns the error for a tensor of a file, with advice how to save the network otherwise.
    ///
    /// - Parameters:
    ///   - element: The type of the tensor's elements.
    ///   - name: The tensor's name.
    ///   - file: The name of the file.
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

  /// Converts little-endian elements to Float32 numbers.
  ///
  /// - Parameter bytes: The elements, at any alignment; their number is a multiple of ``size``.
  /// - Returns: One number for each element, equal to it; a NaN stays a NaN.
  /// - Throws: ``Failure/inexact(index:value:)`` for an integer or F64 that is no Float32, and
  ///   ``Failure/unsupported`` for the types that have no conversion (F8, C64).
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

  /// Returns Float32 elements as they are, in one copy.
  private static func copied(_ bytes: UnsafeRawBufferPointer) -> [Float] {
    #if _endian(big)
      #error("safetensors data are copied as they are, which needs a little-endian machine")
    #endif
    return Array(unsafeUninitializedCapacity: bytes.count / 4) { target, initialized in
      UnsafeMutableRawBufferPointer(target).copyMemory(from: bytes)
      initialized = bytes.count / 4
    }
  }

  /// Converts elements of a type whose every value is a Float32.
  ///
  /// Loads are unaligned, because the header of a valid file may have any length.
  ///
  /// - Parameter convert: Gets the stored bits in the machine's order of bytes, which
  ///   `littleEndian` reads.
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

  /// Converts integers, each of which must be a Float32, as those of at most 24 significant bits
  /// are.
  ///
  /// - Throws: ``Failure/inexact(index:value:)`` for the first that is not.
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

  /// Converts Float64 numbers, each of which must be a Float32.
  ///
  /// - Throws: ``Failure/inexact(index:value:)`` for the first that is not, among them finite
  ///   numbers beyond Float32's range.
  private func narrowed(_ bytes: UnsafeRawBufferPointer) throws -> [Float] {
    try (0..<bytes.count / size).map { index in
      let stored = bytes.loadUnaligned(fromByteOffset: index * size, as: UInt64.self)
      let value = Double(bitPattern: UInt64(littleEndian: stored))
      let scalar = Float(value)
      // Converting back shows whether anything was lost: every Float32 is a Double exactly.
      guard Double(scalar) == value || value.isNaN else {
        throw Failure.inexact(index: index, value: "\(value)")
      }
      return scalar
    }
  }

  /// Returns the value of an IEEE 754 half, computed by hand, since Swift has no Float16 on Intel
  /// Macs.
  ///
  /// A half has a sign, 5 bits of exponent with bias 15, and 10 bits of fraction. Every half is a
  /// normal Float32 or zero, an infinity or a NaN, so that the conversion is exact.
  ///
  /// - Parameter bits: The bits of the half, in the machine's order of bytes.
  static func float(half bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10) & 0x1f
    let fraction = UInt32(bits) & 0x3ff
    switch exponent {
    case 0:
      // Zero or subnormal: the fraction counts units of 2⁻²⁴, and both factors and the product are
      // exact.
      let magnitude = Float(fraction) * 0x1p-24
      return sign == 0 ? magnitude : -magnitude
    case 0x1f: return Float(bitPattern: sign | 0x7f80_0000 | fraction << 13)
    // 112 is the difference of the biases, 127 − 15.
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}
