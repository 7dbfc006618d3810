import Foundation

/// The chunks of a PNG file (ISO/IEC 15948, section 5.3): length, type, data, checksum.
struct PNGChunks {
  /// Chunks that say what colour the numbers stand for; decoders of training data leave them aside.
  private static let colours: Set = ["gAMA", "cHRM", "iCCP", "sRGB", "cICP", "mDCV", "cLLI"]

  /// Types, and the bytes of whole chunks, as far as they can be followed.
  private let chunks: [(type: String, bytes: Range<Int>)]
  private let data: Data

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

  /// The file without what says how its numbers are to be seen: its pixels are then its numbers.
  var withoutColourSpace: Data {
    guard chunks.contains(where: { Self.colours.contains($0.type) }) else { return data }
    let start = data.startIndex
    var result = data[start..<(start + 8)]
    for chunk in chunks where !Self.colours.contains(chunk.type) {
      result += data[(start + chunk.bytes.lowerBound)..<(start + chunk.bytes.upperBound)]
    }
    return Data(result) + data[(start + (chunks.last?.bytes.upperBound ?? 8))...]
  }

  /// The data of the first chunk of a type.
  func first(_ type: String) -> Data? {
    chunks.first { $0.type == type }.map { chunk in
      let start = data.startIndex
      return Data(
        data[(start + chunk.bytes.lowerBound + 8)..<(start + chunk.bytes.upperBound - 4)])
    }
  }
}
