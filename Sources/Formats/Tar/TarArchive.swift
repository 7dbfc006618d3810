import Foundation

/// The regular files in a tar archive (POSIX ustar, as every tar writes it).
///
/// Folders, links and extended headers are passed over; where a name comes twice the last one
/// counts.
package struct TarArchive {
  private let data: Data
  private let places: [String: Range<Int>]

  /// Reads the headers; `file` is the name used in errors.
  ///
  /// Throws ``FormatError`` of kind `badData` where a header is damaged or the archive is cut
  /// short.
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

  /// The contents of a file by its path in the archive; nil where there is none.
  package func contents(of path: String) -> Data? {
    places[path].map { data[(data.startIndex + $0.lowerBound)..<(data.startIndex + $0.upperBound)] }
  }
}

/// The 512 bytes before a member of an archive.
private struct TarHeader {
  enum Problem: String, Error {
    case cut = "the archive ends too early"
    case damaged = "no header of a tar archive"
  }

  static let size = 512

  let path: String
  let contentSize: Int
  let isRegular: Bool

  /// nil at the end of the archive, a block of zeros. Throws ``Problem``.
  init?(_ data: Data, at start: Int) throws {
    guard start + Self.size <= data.count else { throw Problem.cut }
    let block = [UInt8](data.dropFirst(start).prefix(Self.size))
    if block.allSatisfy({ $0 == 0 }) { return nil }
    // The checksum counts its own field as blanks.
    let sum = block.indices.reduce(0) { $0 + Int(148..<156 ~= $1 ? 32 : block[$1]) }
    guard Self.number(block[148..<156]) == sum, let size = Self.number(block[124..<136]) else {
      throw Problem.damaged
    }
    let prefix = block[257..<262].elementsEqual("ustar".utf8) ? Self.text(block[345..<500]) : ""
    path = (prefix.isEmpty ? "" : prefix + "/") + Self.text(block[0..<100])
    contentSize = size
    isRegular = block[156] == 0 || block[156] == UInt8(ascii: "0")
  }

  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }

  /// Octal digits between blanks and zeros.
  private static func number(_ bytes: ArraySlice<UInt8>) -> Int? {
    let digits = bytes.filter { $0 != 0 && $0 != UInt8(ascii: " ") }
    return Int(String(decoding: digits, as: UTF8.self), radix: 8).flatMap { $0 < 0 ? nil : $0 }
  }
}
