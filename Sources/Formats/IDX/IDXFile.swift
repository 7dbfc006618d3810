import Foundation

/// An array of unsigned bytes in the IDX format, in which MNIST and its relatives are published.
///
/// The layout is simple. Bytes 0 and 1 are zero, byte 2 is the code of the element type, and byte 3
/// is the number of dimensions. The lengths of the dimensions follow, outermost first, each as a
/// big-endian unsigned integer of 32 bits; then the elements in row-major order. MNIST's images
/// have the shape [count, 28, 28] and its labels the shape [count]. Files are usually compressed
/// with gzip, which the readers recognise by themselves.
///
/// This type is the public face of the format and holds unsigned bytes (type 0x08) only, for
/// reading and writing. The loaders of data sets use ``array(_:file:)``, which reads the format's
/// other types too: QMNIST's labels, for instance, are integers of 32 bits.
///
/// Both readers refuse with ``FormatError`` of kind `badData`: a wrong magic number, an unknown
/// type, a header that is cut short, fewer or more bytes than the shape needs, elements of more
/// than 4 GiB, and damaged gzip data. A header is never believed: nothing is allocated by its
/// claims, and a gzip file is unpacked no further than its header allows.
package struct IDXFile: Equatable, Sendable {
  /// The lengths of the dimensions, outermost first; at least one.
  package var shape: [Int]
  /// The elements in row-major order, as many as the product of ``shape``.
  package var bytes: [UInt8]

  /// Creates an array.
  ///
  /// - Parameters:
  ///   - shape: The lengths of the dimensions, outermost first.
  ///   - bytes: The elements in row-major order.
  /// - Precondition: There are 1 to 255 dimensions of 0 to 2³² − 1 each, and the count of `bytes`
  ///   is the product of `shape`.
  package init(shape: [Int], bytes: [UInt8]) {
    precondition((1...255).contains(shape.count) && shape.allSatisfy { UInt32(exactly: $0) != nil })
    precondition(shape.reduce(1, *) == bytes.count)
    self.shape = shape
    self.bytes = bytes
  }

  /// Reads a file, gzipped or plain, as its first bytes say.
  ///
  /// - Throws: ``FormatError`` of kind `missingInput` where the file cannot be read, and of kind
  ///   `badData` where it is not IDX of unsigned bytes, is damaged or cut short, or holds more than
  ///   it declares.
  package init(contentsOf url: URL) throws {
    try self.init(data: InputFile.read(url), file: url.path)
  }

  /// Reads the bytes of a file, gzipped or plain.
  ///
  /// - Parameters:
  ///   - data: The whole file.
  ///   - file: The name used in errors.
  /// - Throws: ``FormatError`` of kind `badData` as ``init(contentsOf:)`` does.
  package init(data: Data, file: String) throws {
    let array = try Self.array(data, file: file)
    guard array.element == .byte else {
      throw FormatError.badData(
        "elements of type \(array.element.name), where unsigned bytes (uint8) are read",
        file: file, at: .byte(2))
    }
    (shape, bytes) = (array.shape, [UInt8](array.data))
  }

  /// Reads an array of any of the format's types, gzipped or plain.
  ///
  /// - Parameters:
  ///   - data: The whole file.
  ///   - file: The name used in errors, which the array keeps.
  /// - Returns: The array with its elements in the file's own type and byte order.
  /// - Throws: ``FormatError`` of kind `badData` for whatever the type's description lists. Offsets
  ///   count in the unpacked file, but those of damaged gzip data in the packed one.
  package static func array(_ data: Data, file: String) throws -> NumberArray {
    guard Gzip.isGzip(data) else { return try array(plain: data, file) }
    // Unpacked no further than its own header allows, so that a small file cannot fill the memory.
    let magic = try Gzip.beginning(of: data, count: 4, file: file)
    let (_, rank) = try kind(magic, file: file)
    let beginning = try Gzip.beginning(of: data, count: 4 + 4 * rank, file: file)
    let header = try Header(beginning, file: file)
    let plain = try Gzip.decompress(data, limit: header.start + header.size, file: file)
    return try array(plain: plain, file)
  }

  /// Returns the bytes of the file, not compressed: the header and then ``bytes``.
  package func encoded() -> Data {
    var data = Data([0, 0, Self.unsignedByte, UInt8(shape.count)])
    for length in shape {
      withUnsafeBytes(of: UInt32(length).bigEndian) { data.append(contentsOf: $0) }
    }
    data.append(contentsOf: bytes)
    return data
  }

  /// The most bytes of elements that are read: 4 GiB.
  static let limit = 1 << 32
  /// The format's code of unsigned bytes.
  private static let unsignedByte: UInt8 = 0x08

  /// Reads an array from bytes that are not compressed, which must be there exactly.
  private static func array(plain data: Data, _ file: String) throws -> NumberArray {
    let header = try Header(data, file: file)
    let present = data.count - header.start
    guard present >= header.size else {
      throw FormatError.badData(
        "shape \(FormatError.shortened("\(header.shape)")) needs \(header.size) bytes, but only "
          + "\(present) are there", file: file, at: .byte(data.count),
        remedy: "the file may be cut short: get it again")
    }
    guard present == header.size else {
      throw FormatError.badData(
        "\(present - header.size) bytes too many for shape "
          + FormatError.shortened("\(header.shape)"),
        file: file, at: .byte(header.start + header.size))
    }
    return NumberArray(
      shape: header.shape, element: header.element, data: data.dropFirst(header.start), file: file)
  }

  /// The element type and the number of dimensions, which the first four bytes say.
  ///
  /// A type between 0x08 and 0x0E that the format does not define is reported as such; anything
  /// else that does not begin with two zeros, a type and at least one dimension is no IDX file.
  ///
  /// - Throws: ``FormatError`` of kind `badData`.
  private static func kind(
    _ data: Data, file: String
  ) throws -> (element: NumberElement, rank: Int) {
    let magic = [UInt8](data.prefix(4))
    guard magic.count == 4, magic[0] == 0, magic[1] == 0, magic[3] > 0,
      (0x08...0x0e).contains(magic[2])
    else {
      let found = magic.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
      throw FormatError.badData(
        "not an IDX file (begins with \(found.isEmpty ? "nothing" : found.joined(separator: " ")))",
        file: file, at: .byte(0))
    }
    guard let element = NumberElement(idx: magic[2]) else {
      throw FormatError.badData(
        "element type 0x\(String(magic[2], radix: 16)), which the format does not have",
        file: file, at: .byte(2))
    }
    return (element, Int(magic[3]))
  }

  /// The header of a file, checked by itself, before the elements are looked at.
  private struct Header {
    let element: NumberElement
    /// The lengths of the dimensions, outermost first.
    let shape: [Int]
    /// The number of bytes of the header, and the number that the elements need.
    let start, size: Int

    /// Reads the header from the beginning of a plain file.
    ///
    /// - Throws: ``FormatError`` of kind `badData` where it is no header, is cut short, or declares
    ///   more than ``IDXFile/limit`` bytes of elements.
    init(_ data: Data, file: String) throws {
      let (element, rank) = try IDXFile.kind(data, file: file)
      let header = [UInt8](data.prefix(4 + 4 * rank))
      guard header.count == 4 + 4 * rank else {
        throw FormatError.badData(
          "the header of \(rank) dimensions is cut short", file: file, at: .byte(header.count))
      }
      let shape = (1...rank).map { axis in
        header[(4 * axis)..<(4 * axis + 4)].reduce(0) { $0 << 8 | Int($1) }
      }
      var size = element.size
      for length in shape {
        let (product, overflow) = size.multipliedReportingOverflow(by: length)
        guard !overflow, product <= IDXFile.limit else {
          throw FormatError.badData(
            "a shape of more than the \(IDXFile.limit) bytes that are read at most", file: file,
            at: .byte(4))
        }
        size = product
      }
      (self.element, self.shape, start, self.size) = (element, shape, header.count, size)
    }
  }
}
