import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A cache of 64-byte aligned float buffers, so that a step after the first allocates nothing.
///
/// Capacities are rounded up to a quarter of a power of two: at most 25% is wasted, and the few
/// distinct sizes make a freed buffer fit the next request.
public final class BufferPool: Sendable {
  public static let shared = BufferPool()

  /// What the pool did since the process started.
  public struct Statistics: Sendable, Equatable {
    /// Buffers obtained from the system.
    public var systemAllocations = 0
    /// Requests served from the cache.
    public var reuses = 0
    /// Bytes held, in use or cached.
    public var bytes = 0
    /// The largest value that `bytes` has had.
    public var peakBytes = 0
  }

  /// Memory that nobody else points to: it may change threads.
  struct Buffer: @unchecked Sendable {
    let start: UnsafeMutablePointer<Float>
    let capacity: Int
    /// The lane that took it first, to whose shelf it returns.
    let lane: Int
  }

  /// What one lane has to take again, most recent last: still in its core's cache.
  private final class Shelf: Sendable {
    struct Contents: ~Copyable {
      var free: [Int: [Buffer]] = [:]
      var reuses = 0
    }

    let contents = Mutex(Contents())
  }

  /// By lane; the first is that of code outside lanes.
  private let shelves = (0..<64).map { _ in Shelf() }
  private let totals = Mutex(Statistics())

  private func shelf(_ lane: Int) -> Shelf { shelves[lane % shelves.count] }

  public var statistics: Statistics {
    var result = totals.withLock { $0 }
    for shelf in shelves { result.reuses += shelf.contents.withLock { $0.reuses } }
    return result
  }

  /// Forgets the largest value so far of the bytes held.
  public func restartPeak() { totals.withLock { $0.peakBytes = $0.bytes } }

  /// Returns the cached buffers to the system.
  public func trim() {
    for shelf in shelves {
      let buffers = shelf.contents.withLock { contents in
        defer { contents.free.removeAll() }
        return contents.free.values.flatMap { $0 }
      }
      for buffer in buffers { free(buffer.start) }
      let bytes = buffers.reduce(0) { $0 + $1.capacity } * MemoryLayout<Float>.stride
      totals.withLock { $0.bytes -= bytes }
    }
  }

  func take(atLeast count: Int) -> Buffer {
    let (capacity, lane) = (Self.capacity(for: count), Lanes.current)
    let cached = shelf(lane).contents.withLock { contents -> Buffer? in
      guard let buffer = contents.free[capacity]?.popLast() else { return nil }
      contents.reuses += 1
      return buffer
    }
    return cached ?? allocate(capacity, for: lane)
  }

  func put(_ buffer: Buffer) {
    shelf(buffer.lane).contents.withLock { $0.free[buffer.capacity, default: []].append(buffer) }
  }

  private func allocate(_ capacity: Int, for lane: Int) -> Buffer {
    totals.withLock { totals in
      totals.systemAllocations += 1
      totals.bytes += capacity * MemoryLayout<Float>.stride
      totals.peakBytes = max(totals.peakBytes, totals.bytes)
    }
    return Buffer(start: Self.allocateAligned(capacity), capacity: capacity, lane: lane)
  }

  static func capacity(for count: Int) -> Int {
    if count <= 64 { return 64 }
    let power = Int.bitWidth - (count - 1).leadingZeroBitCount  // count <= 2^power
    let quarter = 1 << max(power - 3, 4)
    return (count + quarter - 1) / quarter * quarter
  }

  private static func allocateAligned(_ capacity: Int) -> UnsafeMutablePointer<Float> {
    var raw: UnsafeMutableRawPointer?
    let bytes = capacity * MemoryLayout<Float>.stride
    guard posix_memalign(&raw, 64, bytes) == 0, let raw else {
      fatalError("out of memory: cannot allocate \(bytes) bytes")
    }
    return raw.bindMemory(to: Float.self, capacity: capacity)
  }
}
