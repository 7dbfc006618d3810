import Foundation

/// The gzip format (RFC 1952), by zlib.
package enum Gzip {
  /// Whether data begin as a gzip file does.
  package static func isGzip(_ data: Data) -> Bool {
    data.prefix(2).elementsEqual([0x1f, 0x8b])
  }

  /// The contents of a gzip file, of all its members one after the other.
  ///
  /// Zero bytes behind the last member are padding and pass, as they do with gzip itself; anything
  /// else there is an error. `file` is the name used in errors. Throws ``FormatError`` of kind
  /// `badData` where the data are no gzip file, are cut short or damaged (the checksums are
  /// verified), or hold more than `limit` bytes.
  package static func decompress(_ data: Data, limit: Int, file: String) throws -> Data {
    let result = try inflate(data, upTo: limit, file: file)
    if !result.complete {
      throw FormatError.badData("unpacks to more than the \(limit) bytes expected", file: file)
    }
    return result.output
  }

  /// The first bytes of the contents, fewer than `count` where there are no more.
  ///
  /// Throws ``FormatError`` as ``decompress(_:limit:file:)`` does, for what comes before.
  static func beginning(of data: Data, count: Int, file: String) throws -> Data {
    try inflate(data, upTo: count, file: file).output
  }

  /// Data as a gzip file of one member, without a time or a name: the same data give the same
  /// bytes.
  package static func compress(_ data: Data, level: Int32 = 6) -> Data {
    Deflater.gzip(data, level: level)
  }

  /// Unpacks until the end or until there is more than `limit` bytes of output.
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
