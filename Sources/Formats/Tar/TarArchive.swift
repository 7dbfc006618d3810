import Foundation

/// The regular files in a tar archive, of POSIX (ustar) or as GNU's tar writes it.
///
/// The archive is a sequence of members, each a header of 512 bytes and the contents, padded with
/// zeros to a multiple of 512. A block of zeros ends it; what follows is ignored. CIFAR-10 is
/// published as such an archive, compressed with gzip, and is read from it without being unpacked
/// to the disk.
///
/// Folders, links and extended headers (pax, GNU's long names) are passed over, so that a file
/// whose path stands in an extended header is not found under it. Where a path comes twice the last
/// one counts, as it does with tar itself. Sizes that are not octal digits, as some programs write
/// them for files of 8 GiB and more, are refused as damaged.
package struct TarArchive {
  /// The whole archive, of which the contents of files are slices.
  private let data: Data
  /// Where the contents of each file lie, by path, counted from the start of the archive.
  private let places: [String: Range<Int>]

  /// Reads the headers of all members.
  ///
  /// - Parameters:
  ///   - data: The whole archive, not compressed.
  ///   - file: The name used in errors.
  /// - Throws: ``FormatError`` of kind `badData`, with the offset of the member, where a header's
  ///   checksum or size is wrong, and where the archive ends within a member or without a block of
  ///   zeros.
  /// - Complexity: O(number of members); the contents are not looked at.
  package init(_ data: Data, file: String) throws {
    var places: [String: Range<Int>] = [:]
    var start = 0
    do {
      while let header = try TarHeader(data, at: start) {
        let contents = start + TarHeader.size
        guard header.contentSize <= data.count - contents else { throw TarHeader.Problem.cut }
        let range = contents..<(contents + header.contentSize)
        if header.isRegular { places[header.path] = range }
        start = (range.upperBound + TarHeader.size - 1) / TarHeader.size * TarHeader.size
      }
    } catch let problem as TarHeader.Problem {
      throw FormatError.badData(
        problem.rawValue, file: file, at: .byte(start), remedy: "get the archive again")
    }
    (self.data, self.places) = (data, places)
  }

  /// Returns the contents of a file by its path in the archive; nil where there is none.
  ///
  /// The result shares the memory of the archive, and its first index need not be 0.
  package func contents(of path: String) -> Data? {
    places[path].map { data[(data.startIndex + $0.lowerBound)..<(data.startIndex + $0.upperBound)] }
  }
}

/// The header of 512 bytes before a member of an archive.
///
/// The fields that are read are the path (bytes 0 to 99), the size (124 to 135) and the checksum
/// (148 to 155) in octal digits, the type (156), the magic (257 to 262), and the beginning of a
/// longer path (345 to 499). The magic of POSIX is `ustar` and a zero byte. That of GNU has a blank
/// in its place, and keeps times where POSIX has the beginning of the path. Owner, time and
/// permissions do not matter here.
private struct TarHeader {
  /// What is wrong with an archive; the raw value is the text of the error.
  enum Problem: String, Error {
    /// The archive ends within a header or a member.
    case cut = "the archive ends too early"
    /// The checksum does not fit the header, or the size is no number.
    case damaged = "no header of a tar archive"
  }

  /// The size of a header, and of the blocks that an archive is made of.
  static let size = 512

  /// The path of the member, as the archive has it, without what an extended header says.
  let path: String
  /// The size of the contents in bytes, without their padding.
  let contentSize: Int
  /// Whether the member is a regular file (type `0`, or a zero byte in old archives).
  let isRegular: Bool

  /// Reads the header at an offset.
  ///
  /// - Returns: nil for a block of zeros, which is the end of the archive.
  /// - Throws: ``Problem``.
  init?(_ data: Data, at start: Int) throws {
    guard start + Self.size <= data.count else { throw Problem.cut }
    let block = [UInt8](data.dropFirst(start).prefix(Self.size))
    if block.allSatisfy({ $0 == 0 }) { return nil }
    // The checksum counts its own field as blanks.
    let sum = block.indices.reduce(0) { $0 + Int(148..<156 ~= $1 ? 32 : block[$1]) }
    guard Self.number(block[148..<156]) == sum, let size = Self.number(block[124..<136]) else {
      throw Problem.damaged
    }
    let isPOSIX = block[257..<263].elementsEqual("ustar\0".utf8)
    let prefix = isPOSIX ? Self.text(block[345..<500]) : ""
    path = (prefix.isEmpty ? "" : prefix + "/") + Self.text(block[0..<100])
    contentSize = size
    isRegular = block[156] == 0 || block[156] == UInt8(ascii: "0")
  }

  /// Returns the text of a field, which a zero byte ends if it is shorter than the field.
  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }

  /// Returns the number that octal digits between blanks and zeros stand for; nil where there is
  /// none.
  private static func number(_ bytes: ArraySlice<UInt8>) -> Int? {
    let digits = bytes.filter { $0 != 0 && $0 != UInt8(ascii: " ") }
    return Int(String(decoding: digits, as: UTF8.self), radix: 8).flatMap { $0 < 0 ? nil : $0 }
  }
}
