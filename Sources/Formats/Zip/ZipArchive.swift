import CZlib
import Foundation

/// A zip archive, by its central directory: entries that are stored or deflated, not encrypted.
struct ZipArchive {
  struct Entry: Equatable, Sendable {
    let name: String
    /// 0 for stored, 8 for deflated.
    let method: Int
    let checksum: UInt32
    let packedSize: Int
    let size: Int
    /// The offset of the local header.
    let header: Int
  }

  /// In the order of the directory.
  let entries: [Entry]
  private let places: [String: Int]
  private let data: Data
  private let file: String

  /// The first bytes of an archive that holds something.
  static let magic: [UInt8] = [0x50, 0x4b, 3, 4]

  /// Reads the directory; nothing is allocated by what it claims.
  ///
  /// Throws ``FormatError`` of kind `badData`.
  init(_ data: Data, file: String) throws {
    (self.data, self.file) = (data, file)
    entries = try data.withUnsafeBytes { try ZipDirectory($0, file: file).entries() }
    places = Dictionary(entries.enumerated().map { ($1.name, $0) }) { first, _ in first }
  }

  func entry(_ name: String) -> Entry? { places[name].map { entries[$0] } }

  /// The whole contents of an entry, whose checksum is verified.
  ///
  /// Throws ``FormatError`` of kind `badData` for a damaged entry, and for one of more than `limit`
  /// bytes.
  func contents(of entry: Entry, limit: Int) throws -> Data {
    guard entry.size <= limit else {
      throw failure(entry, "has \(entry.size) bytes, where at most \(limit) are expected")
    }
    let contents = try unpacked(entry, upTo: entry.size)
    guard contents.count == entry.size else {
      throw failure(entry, "unpacks to other than its \(entry.size) bytes")
    }
    guard Self.checksum(contents) == entry.checksum else {
      throw failure(entry, "is damaged (its checksum is another)")
    }
    return contents
  }

  /// The first bytes of an entry, fewer than `count` where there are no more.
  func beginning(of entry: Entry, count: Int) throws -> Data {
    try unpacked(entry, upTo: count)
  }

  /// Where the bytes of a stored entry lie in the file; nil for a deflated one.
  private func unpacked(_ entry: Entry, upTo limit: Int) throws -> Data {
    let range = try packedRange(entry)
    let start = data.startIndex
    let packed = data[(start + range.lowerBound)..<(start + range.upperBound)]
    switch entry.method {
    case 0:
      guard entry.packedSize == entry.size else { throw failure(entry, "has two sizes") }
      return packed.prefix(limit)
    case 8:
      return try packed.withUnsafeBytes { bytes in
        let inflater = Inflater(bytes, limit: limit, format: .raw)
        do {
          _ = try inflater.member()
        } catch let problem as Inflater.Failure {
          throw failure(entry, "cannot be unpacked: \(problem.problem)")
        }
        return inflater.output
      }
    default:
      throw failure(
        entry, "is packed by method \(entry.method), where stored and deflated ones are read")
    }
  }

  /// Where the packed bytes are, behind the local header.
  private func packedRange(_ entry: Entry) throws -> Range<Int> {
    try data.withUnsafeBytes { bytes in
      guard entry.header <= bytes.count - 30,
        bytes[entry.header..<(entry.header + 4)].elementsEqual(Self.magic)
      else { throw failure(entry, "has no header where the directory says") }
      let lengths = [26, 28].map { offset in
        Int(
          bytes.loadUnaligned(fromByteOffset: entry.header + offset, as: UInt16.self).littleEndian)
      }
      let start = entry.header + 30 + lengths[0] + lengths[1]
      guard start <= bytes.count, entry.packedSize <= bytes.count - start else {
        throw failure(entry, "reaches beyond the end of the file")
      }
      return start..<(start + entry.packedSize)
    }
  }

  private func failure(_ entry: Entry, _ problem: String) -> FormatError {
    .badData(
      problem, file: "\(file)/\(FormatError.shortened(entry.name))",
      remedy: "the file may be damaged: get it again")
  }

  private static func checksum(_ data: Data) -> UInt32 {
    data.withUnsafeBytes { bytes in
      var sum = crc32(0, nil, 0)
      for start in stride(from: 0, to: bytes.count, by: 1 << 30) {
        let part = bytes[start..<min(start + 1 << 30, bytes.count)]
        let rebased = UnsafeRawBufferPointer(rebasing: part).bindMemory(to: UInt8.self)
        sum = crc32(sum, rebased.baseAddress, UInt32(rebased.count))
      }
      return UInt32(truncatingIfNeeded: sum)
    }
  }
}
