import CZlib
import Foundation

/// A zip archive whose entries are stored or deflated, read by its central directory.
///
/// Two formats are zip archives inside: NumPy's `.npz`, read by ``NPZFile``, and the files of
/// `torch.save`, read by ``PyTorchFile``. The directory at the end of the file lists the entries,
/// see ``ZipDirectory``. Each entry has a local header of 30 bytes with a name and extra data
/// behind it, and then its packed bytes. Of the local header only the lengths are used; sizes and
/// checksum come from the directory, since programs that write to a pipe leave them out in front.
///
/// Encrypted entries and methods of compression other than deflate are refused, as is everything
/// that reaches beyond the file. Nothing is allocated by what the directory claims: a stored entry
/// is a slice of the file, and a deflated one is unpacked no further than the caller's limit.
struct ZipArchive {
  /// What the directory says about one entry. Nothing of it is known to be true until the entry is
  /// read.
  struct Entry: Equatable, Sendable {
    /// The path in the archive, decoded as UTF-8.
    let name: String
    /// 0 for stored, 8 for deflated.
    let method: Int
    /// The CRC-32 of the unpacked contents.
    let checksum: UInt32
    /// The number of bytes in the archive.
    let packedSize: Int
    /// The number of bytes when unpacked.
    let size: Int
    /// The offset of the local header from the start of the file.
    let header: Int
  }

  /// The entries in the order of the directory.
  let entries: [Entry]
  /// The place of each name among the entries; of equal names the first counts.
  private let places: [String: Int]
  private let data: Data
  private let file: String

  /// The first bytes of an archive that holds something: the mark of a local header, `PK` and the
  /// bytes 3 and 4.
  static let magic: [UInt8] = [0x50, 0x4b, 3, 4]

  /// Reads the directory; nothing is allocated by what it claims.
  ///
  /// - Parameters:
  ///   - data: The whole archive.
  ///   - file: The name used in errors.
  /// - Throws: ``FormatError`` of kind `badData` where there is no directory or it is damaged, has
  ///   more than 2¹⁸ entries, or has an encrypted one.
  init(_ data: Data, file: String) throws {
    (self.data, self.file) = (data, file)
    entries = try data.withUnsafeBytes { try ZipDirectory($0, file: file).entries() }
    places = Dictionary(entries.enumerated().map { ($1.name, $0) }) { first, _ in first }
  }

  /// Returns the entry of a name; nil where there is none.
  func entry(_ name: String) -> Entry? { places[name].map { entries[$0] } }

  /// Returns the whole contents of an entry, whose size and checksum are verified.
  ///
  /// - Parameters:
  ///   - entry: One of ``entries``.
  ///   - limit: The most bytes that are acceptable, unpacked.
  /// - Throws: ``FormatError`` of kind `badData` for an entry that is damaged, reaches beyond the
  ///   file or is packed by another method, and for one of more than `limit` bytes.
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

  /// Returns the first bytes of an entry, fewer than `count` where there are no more.
  ///
  /// The checksum is not verified, since it is that of the whole entry.
  ///
  /// - Throws: ``FormatError`` of kind `badData` as ``contents(of:limit:)`` does, for what comes
  ///   before.
  func beginning(of entry: Entry, count: Int) throws -> Data {
    try unpacked(entry, upTo: count)
  }

  /// Returns the contents of an entry, cut to at most `limit` bytes.
  ///
  /// - Returns: A slice of the file for a stored entry, new memory for a deflated one.
  /// - Throws: ``FormatError`` of kind `badData`.
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

  /// Returns where the packed bytes of an entry are, behind its local header.
  ///
  /// - Returns: Offsets from the start of the file, which lie within it.
  /// - Throws: ``FormatError`` of kind `badData` where there is no local header, or the entry
  ///   reaches beyond the end of the file.
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

  /// Returns the error for an entry, which is named as a path below the archive.
  private func failure(_ entry: Entry, _ problem: String) -> FormatError {
    .badData(
      problem, file: "\(file)/\(FormatError.shortened(entry.name))",
      remedy: "the file may be damaged: get it again")
  }

  /// Returns the CRC-32 of some bytes, in parts of 1 GiB, since zlib counts in 32 bits.
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
