import Foundation

/// An array of unsigned bytes in the IDX format, that of MNIST's files.
public struct IDXFile: Equatable, Sendable {
  /// The lengths of the dimensions, outermost first; at least one.
  public var shape: [Int]
  /// The elements in row-major order, as many as the product of `shape`.
  public var bytes: [UInt8]

  /// Creates an array; the count of `bytes` must be the product of `shape`, which has 1 to 255
  /// dimensions of at most 2³² − 1 each.
  public init(shape: [Int], bytes: [UInt8]) {
    precondition((1...255).contains(shape.count) && shape.allSatisfy { UInt32(exactly: $0) != nil })
    precondition(shape.reduce(1, *) == bytes.count)
    self.shape = shape
    self.bytes = bytes
  }

  /// Reads a file, gzipped or plain, which is told by its first bytes.
  ///
  /// Throws ``FormatError`` where the file cannot be read, is not IDX of unsigned bytes, is cut
  /// short, or holds more than it declares.
  public init(contentsOf url: URL) throws {
    try self.init(data: InputFile.read(url), file: url.path)
  }

  /// Reads the bytes of a file, gzipped or plain; `file` is the name used in errors.
  ///
  /// Throws ``FormatError`` of kind `badData` as ``init(contentsOf:)`` does.
  public init(data: Data, file: String) throws {
    guard Gzip.isGzip(data) else {
      try self.init(plain: data, file: file)
      return
    }
    // Unpacked no further than its own header allows, so that a small file cannot fill the memory.
    let magic = try Gzip.beginning(of: data, count: 4, file: file)
    let rank = try Self.rank(magic, file: file)
    let header = try Gzip.beginning(of: data, count: 4 + 4 * rank, file: file)
    let (shape, count) = try Self.shape(header, rank: rank, file: file)
    let size = 4 + 4 * shape.count + count
    let plain = try Gzip.decompress(data, limit: size, file: file)
    try self.init(plain: plain, file: file)
  }

  /// The bytes of the file, not compressed.
  public func encoded() -> Data {
    var data = Data([0, 0, Self.unsignedByte, UInt8(shape.count)])
    for length in shape {
      withUnsafeBytes(of: UInt32(length).bigEndian) { data.append(contentsOf: $0) }
    }
    data.append(contentsOf: bytes)
    return data
  }

  /// The most elements that are read: 4 Gi.
  static let limit = 1 << 32
  private static let unsignedByte: UInt8 = 0x08

  private init(plain data: Data, file: String) throws {
    let rank = try Self.rank(data, file: file)
    let (shape, count) = try Self.shape(data, rank: rank, file: file)
    let start = 4 + 4 * rank
    let present = data.count - start
    guard present >= count else {
      throw FormatError.badData(
        "shape \(FormatError.shortened("\(shape)")) needs \(count) bytes, but only \(present) are there",
        file: file,
        at: .byte(data.count), remedy: "the file may be cut short: get it again")
    }
    guard present == count else {
      throw FormatError.badData(
        "\(present - count) bytes too many for shape \(FormatError.shortened("\(shape)"))",
        file: file, at: .byte(start + count))
    }
    self.shape = shape
    bytes = [UInt8](data.dropFirst(start))
  }

  /// The number of dimensions, by the first four bytes.
  private static func rank(_ data: Data, file: String) throws -> Int {
    let magic = [UInt8](data.prefix(4))
    guard magic.count == 4, magic[0] == 0, magic[1] == 0, magic[3] > 0,
      (0x08...0x0e).contains(magic[2])
    else {
      let found = magic.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
      throw FormatError.badData(
        "not an IDX file (begins with \(found.isEmpty ? "nothing" : found.joined(separator: " ")))",
        file: file, at: .byte(0))
    }
    guard magic[2] == unsignedByte else {
      throw FormatError.badData(
        "element type 0x\(String(magic[2], radix: 16)), only unsigned bytes (0x8) can be read",
        file: file, at: .byte(2))
    }
    return Int(magic[3])
  }

  private static func shape(
    _ data: Data, rank: Int, file: String
  ) throws -> (shape: [Int], count: Int) {
    let header = [UInt8](data.prefix(4 + 4 * rank))
    guard header.count == 4 + 4 * rank else {
      throw FormatError.badData(
        "the header of \(rank) dimensions is cut short", file: file, at: .byte(header.count))
    }
    let shape = (1...rank).map { axis in
      header[(4 * axis)..<(4 * axis + 4)].reduce(0) { $0 << 8 | Int($1) }
    }
    var count = 1
    for length in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      guard !overflow, product <= limit else {
        throw FormatError.badData(
          "a shape of more than the \(limit) bytes that are read at most", file: file, at: .byte(4))
      }
      count = product
    }
    return (shape, count)
  }
}
