import CZlib
import Foundation

/// A stream of zlib over one input buffer, unpacked in pieces.
///
/// A class with the stream on the heap, because zlib keeps the address it was initialised with.
final class Inflater {
  /// What stands around the deflated data.
  enum Format: Int32 {
    /// zlib's name of the largest window, 15, and 16 for a gzip header and no other.
    case gzip = 31
    /// Nothing; negative for zlib.
    case raw = -15
  }

  enum Failure: Error {
    case truncated
    case damaged(String)
    case trailingBytes

    var problem: String {
      switch self {
      case .truncated: "the packed data end too early"
      case .damaged(let what): "the packed data are damaged (\(what))"
      case .trailingBytes: "bytes that are no gzip data follow the gzip data"
      }
    }

    var remedy: String? {
      switch self {
      case .truncated, .damaged: "get the file again"
      case .trailingBytes: nil
      }
    }
  }

  private let input: UnsafeRawBufferPointer
  private let limit: Int
  private let stream: UnsafeMutablePointer<z_stream>
  private let piece: UnsafeMutableBufferPointer<UInt8>
  /// How many bytes of the input have been handed to zlib, read by it or not.
  private var handed = 0
  private(set) var output = Data()

  init(_ input: UnsafeRawBufferPointer, limit: Int, format: Format = .gzip) {
    self.input = input
    self.limit = limit
    piece = .allocate(capacity: 1 << 18)
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let status = inflateInit2_(
      stream, format.rawValue, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(status == Z_OK, "zlib cannot be initialised (\(status))")
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
    piece.deallocate()
  }

  /// How many bytes of the input zlib has read.
  var consumed: Int { handed - Int(stream.pointee.avail_in) }

  var rest: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: input[consumed...]) }

  /// Unpacks to the end of a member; false where the output limit was passed before, with the
  /// output cut there.
  ///
  /// Throws ``Failure``.
  func member() throws -> Bool {
    while true {
      refill()
      let (status, count) = step()
      output.append(contentsOf: piece[..<count])
      if output.count > limit {
        output.count = limit
        return false
      }
      switch status {
      case Z_STREAM_END: return true
      case Z_OK where count > 0 || handed < input.count || stream.pointee.avail_in > 0: continue
      case Z_OK, Z_BUF_ERROR: throw Failure.truncated
      default:
        throw Failure.damaged(stream.pointee.msg.map { String(cString: $0) } ?? "error \(status)")
      }
    }
  }

  /// Throws ``Failure`` where what follows is not another member.
  func beginNextMember() throws {
    guard rest.starts(with: [0x1f, 0x8b]) else { throw Failure.trailingBytes }
    let status = inflateReset(stream)
    precondition(status == Z_OK, "zlib cannot be reset (\(status))")
  }

  /// zlib counts its input in 32 bits.
  private func refill() {
    guard stream.pointee.avail_in == 0, handed < input.count else { return }
    let count = min(input.count - handed, 1 << 30)
    let bytes = UnsafeMutableRawPointer(mutating: input.baseAddress! + handed)
    stream.pointee.next_in = bytes.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_in = UInt32(count)
    handed += count
  }

  private func step() -> (status: Int32, count: Int) {
    stream.pointee.next_out = piece.baseAddress
    stream.pointee.avail_out = UInt32(piece.count)
    let status = inflate(stream, Z_NO_FLUSH)
    return (status, piece.count - Int(stream.pointee.avail_out))
  }
}
