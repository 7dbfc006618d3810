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

  private struct State: ~Copyable {
    var free: [Int: [Buffer]] = [:]
    var statistics = Statistics()
  }

  /// Memory that nobody else points to: it may change threads.
  struct Buffer: @unchecked Sendable {
    let start: UnsafeMutablePointer<Float>
    let capacity: Int
  }

  private let state = Mutex(State())

  public var statistics: Statistics { state.withLock { $0.statistics } }

  /// Returns the cached buffers to the system.
  public func trim() {
    state.withLock { state in
      for (capacity, buffers) in state.free {
        for buffer in buffers { free(buffer.start) }
        state.statistics.bytes -= buffers.count * capacity * MemoryLayout<Float>.stride
      }
      state.free.removeAll()
    }
  }

  func take(atLeast count: Int) -> Buffer {
    let capacity = Self.capacity(for: count)
    let cached = state.withLock { state -> Buffer? in
      if let buffer = state.free[capacity]?.popLast() {
        state.statistics.reuses += 1
        return buffer
      }
      state.statistics.systemAllocations += 1
      state.statistics.bytes += capacity * MemoryLayout<Float>.stride
      state.statistics.peakBytes = max(state.statistics.peakBytes, state.statistics.bytes)
      return nil
    }
    return cached ?? Self.allocateAligned(capacity)
  }

  func put(_ buffer: Buffer) {
    state.withLock { $0.free[buffer.capacity, default: []].append(buffer) }
  }

  static func capacity(for count: Int) -> Int {
    if count <= 64 { return 64 }
    let power = Int.bitWidth - (count - 1).leadingZeroBitCount  // count <= 2^power
    let quarter = 1 << max(power - 3, 4)
    return (count + quarter - 1) / quarter * quarter
  }

  private static func allocateAligned(_ capacity: Int) -> Buffer {
    var raw: UnsafeMutableRawPointer?
    let bytes = capacity * MemoryLayout<Float>.stride
    guard posix_memalign(&raw, 64, bytes) == 0, let raw else {
      fatalError("out of memory: cannot allocate \(bytes) bytes")
    }
    return Buffer(start: raw.bindMemory(to: Float.self, capacity: capacity), capacity: capacity)
  }
}
