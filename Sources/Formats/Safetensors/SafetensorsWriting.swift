import Foundation

extension SafetensorsFile {
  /// Returns the bytes of the file.
  ///
  /// The same contents give the same bytes: arrays and keys are in the order of their UTF-8, the
  /// JSON has no white space, and the header is padded with spaces to a multiple of 8, as the
  /// reference implementation does it. All elements are F32.
  ///
  /// - Precondition: No array is named `__metadata__`, and each has as many scalars as its shape
  ///   says.
  package func encoded() -> Data {
    precondition(arrays["__metadata__"] == nil, "an array cannot be named __metadata__")
    let names = arrays.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let header = header(names)
    var data = Data(
      capacity: 8 + header.count + 4 * arrays.values.reduce(0) { $0 + $1.scalars.count })
    withUnsafeBytes(of: UInt64(header.count).littleEndian) { data.append(contentsOf: $0) }
    data.append(header)
    for name in names {
      if let array = arrays[name] { Self.append(array.scalars, to: &data) }
    }
    return data
  }

  /// Writes the file with ``AtomicFile``, so that it is never half there.
  ///
  /// - Throws: ``FormatError`` of kind `cannotWrite`; whatever was there before is then unchanged.
  package func write(to url: URL) throws {
    try AtomicFile.write(encoded(), to: url)
  }

  /// Adds Float32 numbers in the machine's order of bytes, which is little-endian on every platform
  /// that this module compiles for.
  private static func append(_ scalars: [Float], to data: inout Data) {
    scalars.withUnsafeBytes { data.append(contentsOf: $0) }
  }

  /// Returns the header for arrays in an order, without the length before it.
  private func header(_ names: [String]) -> Data {
    var members: [String] = []
    if !metadata.isEmpty {
      let keys = metadata.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      let pairs = keys.map { "\(Self.quoted($0)):\(Self.quoted(metadata[$0] ?? ""))" }
      members.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var offset = 0
    for name in names {
      guard let array = arrays[name] else { continue }
      array.requireConsistent()
      let end = offset + 4 * array.scalars.count
      let shape = array.shape.map(String.init).joined(separator: ",")
      members.append(
        "\(Self.quoted(name)):{\"dtype\":\"F32\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    var header = Data("{\(members.joined(separator: ","))}".utf8)
    header.append(contentsOf: repeatElement(UInt8(ascii: " "), count: -header.count & 7))
    return header
  }

  /// Returns a JSON string as short as it can be: only what must be escaped is.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\u{8}": result += "\\b"
      case "\u{c}": result += "\\f"
      case "\u{0}"..<"\u{20}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
