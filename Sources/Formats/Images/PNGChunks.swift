import Foundation

/// The chunks of a PNG file (ISO/IEC 15948, section 5.3), followed without decoding anything.
///
/// Behind the signature of 8 bytes the file is a sequence of chunks: a big-endian length of 32
/// bits, a type of four letters, the data, and a CRC-32. This type is there for two things that
/// libpng's simple interface does not do: to take out the chunks that would make it change pixel
/// values, and to find the EXIF data. Checksums are left to libpng.
struct PNGChunks {
  /// The types of chunks that say what colour the numbers stand for.
  ///
  /// Decoders of training data leave them aside, so that a pixel is the number that the file holds.
  private static let colours: Set = ["gAMA", "cHRM", "iCCP", "sRGB", "cICP", "mDCV", "cLLI"]

  /// The type and the bytes of each whole chunk, from its length to its checksum, as far as they
  /// can be followed. The offsets count from the start of the data.
  private let chunks: [(type: String, bytes: Range<Int>)]
  private let data: Data

  /// Follows the chunks up to `IEND`, or to the first that does not fit into the data.
  ///
  /// - Precondition: The data begin with the signature of PNG.
  /// - Complexity: O(number of chunks).
  init(_ data: Data) {
    self.data = data
    chunks = data.withUnsafeBytes { bytes in
      var (chunks, at): ([(String, Range<Int>)], Int) = ([], 8)
      while at <= bytes.count - 12 {
        let length = Int(
          bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self).bigEndian)
        guard length <= bytes.count - 12 - at else { break }
        let type = String(decoding: bytes[(at + 4)..<(at + 8)], as: UTF8.self)
        chunks.append((type, at..<(at + 12 + length)))
        at += 12 + length
        if type == "IEND" { break }
      }
      return chunks
    }
  }

  /// The file without the chunks that say how its numbers are to be seen: its pixels are then its
  /// numbers.
  ///
  /// It is the file itself where there are no such chunks. Bytes behind the last chunk that could
  /// be followed are kept, so that libpng still finds any damage.
  var withoutColourSpace: Data {
    guard chunks.contains(where: { Self.colours.contains($0.type) }) else { return data }
    let start = data.startIndex
    var result = data[start..<(start + 8)]
    for chunk in chunks where !Self.colours.contains(chunk.type) {
      result += data[(start + chunk.bytes.lowerBound)..<(start + chunk.bytes.upperBound)]
    }
    return Data(result) + data[(start + (chunks.last?.bytes.upperBound ?? 8))...]
  }

  /// Returns the data of the first chunk of a type, without length, type and checksum; nil where
  /// there is none.
  func first(_ type: String) -> Data? {
    chunks.first { $0.type == type }.map { chunk in
      let start = data.startIndex
      return Data(
        data[(start + chunk.bytes.lowerBound + 8)..<(start + chunk.bytes.upperBound - 4)])
    }
  }
}
