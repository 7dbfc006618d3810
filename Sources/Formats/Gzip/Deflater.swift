import CZlib
import Foundation

/// Compression by zlib.
enum Deflater {
  static func gzip(_ data: Data, level: Int32) -> Data {
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    defer { stream.deallocate() }
    stream.initialize(to: z_stream())
    let status = deflateInit2_(
      stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
    precondition(status == Z_OK, "zlib cannot be initialised (\(status))")
    defer { deflateEnd(stream) }
    return data.withUnsafeBytes { compress($0, stream) }
  }

  private static func compress(
    _ input: UnsafeRawBufferPointer, _ stream: UnsafeMutablePointer<z_stream>
  ) -> Data {
    let piece = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1 << 16)
    defer { piece.deallocate() }
    var output = Data()
    var handed = 0
    while true {
      if stream.pointee.avail_in == 0, handed < input.count {
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
      precondition(status == Z_OK || status == Z_BUF_ERROR, "zlib failed (\(status))")
    }
  }
}
