import CZlib
import Foundation

/// A stream of zlib that unpacks one input buffer, member by member and in pieces.
///
/// ``Gzip`` uses it for gzip files and ``ZipArchive`` for the entries of zip archives, which hold
/// bare deflated data. The owner calls ``member()`` until it is satisfied and finds everything
/// unpacked so far in ``output``. Output beyond the limit is cut, and input that zlib has not read
/// is left in ``rest``.
///
/// It is a class with the stream on the heap, because zlib's state keeps the address with which it
/// was initialised. The input buffer must outlive it.
final class Inflater {
  /// What stands around the deflated data; the raw value is zlib's parameter `windowBits`.
  enum Format: Int32 {
    /// A gzip header and trailer: 15, the logarithm of the largest window, and 16 to accept gzip
    /// and nothing else.
    case gzip = 31
    /// Nothing at all, for which zlib wants the logarithm of the window negated. No checksum is
    /// verified.
    case raw = -15
  }

  /// What is wrong with packed data.
  enum Failure: Error {
    /// The input ends before the data do.
    case truncated
    /// zlib refuses the data, with its message.
    case damaged(String)
    /// Something that is no other member follows the last one.
    case trailingBytes

    /// The problem as a phrase for a ``FormatError``.
    var problem: String {
      switch self {
      case .truncated: "the packed data end too early"
      case .damaged(let what): "the packed data are damaged (\(what))"
      case .trailingBytes: "bytes that are no gzip data follow the gzip data"
      }
    }

    /// Advice for the user, where there is some.
    var remedy: String? {
      switch self {
      case .truncated, .damaged: "get the file again"
      case .trailingBytes: nil
      }
    }
  }

  private let input: UnsafeRawBufferPointer
  /// The most bytes of output.
  private let limit: Int
  private let stream: UnsafeMutablePointer<z_stream>
  /// The memory that zlib writes into, 256 KiB, before it is added to the output.
  private let piece: UnsafeMutableBufferPointer<UInt8>
  /// How many bytes of the input have been handed to zlib, read by it or not.
  private var handed = 0
  /// What all members have given so far, at most the limit.
  private(set) var output = Data()

  /// Prepares a stream over an input.
  ///
  /// - Parameters:
  ///   - input: The packed data, which must outlive the stream.
  ///   - limit: The most bytes of output, of all members together.
  ///   - format: What stands around the deflated data.
  /// - Precondition: zlib has memory for its state.
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

  /// The input that zlib has not read: what stands behind a member that has ended.
  var rest: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: input[consumed...]) }

  /// Unpacks to the end of a member.
  ///
  /// - Returns: False where the output passed the limit before, with the output cut there.
  /// - Throws: ``Failure/truncated`` where the input ends first, ``Failure/damaged(_:)`` for
  ///   anything that zlib refuses.
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
      // As long as there is input, or there was output, another step can get further.
      case Z_OK where count > 0 || handed < input.count || stream.pointee.avail_in > 0: continue
      case Z_OK, Z_BUF_ERROR: throw Failure.truncated
      default:
        throw Failure.damaged(stream.pointee.msg.map { String(cString: $0) } ?? "error \(status)")
      }
    }
  }

  /// Prepares the stream for the member that follows.
  ///
  /// - Throws: ``Failure/trailingBytes`` where what follows does not begin as a gzip member.
  func beginNextMember() throws {
    guard rest.starts(with: [0x1f, 0x8b]) else { throw Failure.trailingBytes }
    let status = inflateReset(stream)
    precondition(status == Z_OK, "zlib cannot be reset (\(status))")
  }

  /// Hands zlib more input once it has read what it had; at most 1 GiB, since it counts in 32 bits.
  private func refill() {
    guard stream.pointee.avail_in == 0, handed < input.count else { return }
    let count = min(input.count - handed, 1 << 30)
    let bytes = UnsafeMutableRawPointer(mutating: input.baseAddress! + handed)
    stream.pointee.next_in = bytes.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_in = UInt32(count)
    handed += count
  }

  /// Lets zlib go on until its input or the room for its output is used up.
  ///
  /// - Returns: zlib's status, and how many bytes of the piece it has filled.
  private func step() -> (status: Int32, count: Int) {
    stream.pointee.next_out = piece.baseAddress
    stream.pointee.avail_out = UInt32(piece.count)
    let status = inflate(stream, Z_NO_FLUSH)
    return (status, piece.count - Int(stream.pointee.avail_out))
  }
}
