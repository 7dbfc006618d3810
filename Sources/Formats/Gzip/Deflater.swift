import CZlib
import Foundation

/// Compression with zlib's deflate, into one piece of memory.
///
/// ``Gzip/compress(_:level:)`` is its only user.
enum Deflater {
  /// Returns the data as a gzip file of one member, without a time or a name.
  ///
  /// - Precondition: zlib takes the level (−1 to 9) and has memory for its state, some 270 kB.
  static func gzip(_ data: Data, level: Int32) -> Data {
    // On the heap: zlib's state points back to the stream, which must therefore not move.
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    defer { stream.deallocate() }
    stream.initialize(to: z_stream())
    let status = deflateInit2_(
      // 15 is the largest window, 2¹⁵ bytes; adding 16 asks for a gzip header instead of zlib's
      // own.
      stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
    precondition(status == Z_OK, "zlib cannot be initialised (\(status))")
    defer { deflateEnd(stream) }
    return data.withUnsafeBytes { compress($0, stream) }
  }

  /// Feeds the input to a stream in parts and gathers its output until the stream ends.
  ///
  /// - Precondition: zlib reports no error, which it does for a damaged state only.
  private static func compress(
    _ input: UnsafeRawBufferPointer, _ stream: UnsafeMutablePointer<z_stream>
  ) -> Data {
    let piece = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1 << 16)
    defer { piece.deallocate() }
    var output = Data()
    var handed = 0
    while true {
      if stream.pointee.avail_in == 0, handed < input.count {
        // zlib counts its input in 32 bits.
        let count = min(input.count - handed, 1 << 30)
        let bytes = UnsafeMutableRawPointer(mutating: input.baseAddress! + handed)
        stream.pointee.next_in = bytes.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_in = UInt32(count)
        handed += count
      }
      stream.pointee.next_out = piece.baseAddress
      stream.pointee.avail_out = UInt32(piece.count)
      let status = deflate(stream, handed == input.count ? Z_FINISH : Z_NO_FLUSH)
      output.append(contentsOf: piece[..<(piece.count - Int(stream.pointee.avail_out))])
      if status == Z_STREAM_END { return output }
      // Z_BUF_ERROR means that there was nothing to do, and is no failure: the next round has more
      // input or room.
      precondition(status == Z_OK || status == Z_BUF_ERROR, "zlib failed (\(status))")
    }
  }
}
