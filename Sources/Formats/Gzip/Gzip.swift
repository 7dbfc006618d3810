import Foundation

/// The gzip format (RFC 1952), read and written with zlib.
///
/// A gzip file is one or more members, one behind the other. Each has a header that begins with the
/// bytes 1F 8B, a stream of deflated data (RFC 1951), and a trailer with the CRC-32 and the size of
/// what it unpacks to. The contents of the file are those of all members in order.
///
/// Data sets and VNN-LIB properties are published in this form. A file of a few kilobytes may
/// unpack to gigabytes, which is why every reader gives a limit: ``decompress(_:limit:file:)``
/// stops as soon as the output passes it.
package enum Gzip {
  /// Whether data begin as a gzip file does, with the bytes 1F 8B.
  package static func isGzip(_ data: Data) -> Bool {
    data.prefix(2).elementsEqual([0x1f, 0x8b])
  }

  /// Returns the contents of a gzip file: those of all its members, one after the other.
  ///
  /// Zero bytes behind the last member are padding and pass, as they do with the program gzip
  /// itself. Anything else there is an error.
  ///
  /// - Parameters:
  ///   - data: The whole file.
  ///   - limit: The most bytes of output that are acceptable.
  ///   - file: The name used in errors.
  /// - Throws: ``FormatError`` of kind `badData` where the data are no gzip file, are cut short or
  ///   damaged (zlib verifies the checksum and the size of each member), are followed by other
  ///   bytes, or unpack to more than `limit` bytes.
  /// - Complexity: O(the packed size + the smaller of `limit` and the unpacked size), in time and
  ///   memory.
  package static func decompress(_ data: Data, limit: Int, file: String) throws -> Data {
    let result = try inflate(data, upTo: limit, file: file)
    if !result.complete {
      throw FormatError.badData("unpacks to more than the \(limit) bytes expected", file: file)
    }
    return result.output
  }

  /// Returns the first bytes of the contents, fewer than `count` where there are no more.
  ///
  /// Readers use it to look at a header before they decide how far to unpack. Damage behind the
  /// first `count` bytes goes unnoticed, since the checksum stands at the end.
  ///
  /// - Throws: ``FormatError`` as ``decompress(_:limit:file:)`` does, for what comes before the end
  ///   of the part.
  static func beginning(of data: Data, count: Int, file: String) throws -> Data {
    try inflate(data, upTo: count, file: file).output
  }

  /// Returns data as a gzip file of one member.
  ///
  /// The header holds no time and no name, so that the same data give the same bytes with one
  /// version of zlib.
  ///
  /// - Parameter level: From 0 (stored) over 1 (fastest) to 9 (smallest); −1 leaves the choice to
  ///   zlib.
  /// - Precondition: `level` is one of these.
  package static func compress(_ data: Data, level: Int32 = 6) -> Data {
    Deflater.gzip(data, level: level)
  }

  /// Unpacks until the end, or until there are more than `limit` bytes of output.
  ///
  /// - Returns: The output, cut to `limit` bytes, and whether that is all of it.
  /// - Throws: ``FormatError`` of kind `badData` with the offset at which zlib stopped reading.
  private static func inflate(
    _ data: Data, upTo limit: Int, file: String
  ) throws -> (output: Data, complete: Bool) {
    guard isGzip(data) else { throw FormatError.badData("not a gzip file", file: file) }
    return try data.withUnsafeBytes { bytes in
      let inflater = Inflater(bytes, limit: limit)
      do {
        while try inflater.member() {
          if inflater.rest.allSatisfy({ $0 == 0 }) { return (inflater.output, true) }
          try inflater.beginNextMember()
        }
        return (inflater.output, false)
      } catch let failure as Inflater.Failure {
        throw FormatError.badData(
          failure.problem, file: file, at: .byte(inflater.consumed), remedy: failure.remedy)
      }
    }
  }
}
