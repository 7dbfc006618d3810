import CThreads
import Synchronization

/// A cache of 64-byte aligned float buffers, so that a step after the first allocates nothing.
///
/// Capacities are rounded up to a quarter of a power of two: at most 25% is wasted, and the few
/// distinct sizes make a freed buffer fit the next request.
package final class BufferPool: Sendable {
  package static let shared = BufferPool()

  /// What the pool did since the process started.
  package struct Statistics: Sendable, Equatable {
    /// Buffers obtained from the system.
    package var systemAllocations = 0
    /// Requests served from the cache.
    package var reuses = 0
    /// Bytes held, in use or cached.
    package var bytes = 0
    /// The largest value that `bytes` has had.
    package var peakBytes = 0
  }

  /// What one lane has to take again, most recent last: still in its core's cache.
  private final class Shelf: Sendable {
    struct Contents: ~Copyable {
      /// Starts of buffers by capacity.
      var free: [Int: [DeviceMemory]] = [:]
      var reuses = 0
    }

    let contents = Mutex(Contents())
  }

  /// By lane; the first is that of code outside lanes.
  private let shelves = (0..<64).map { _ in Shelf() }
  private let totals = Mutex(Statistics())

  private func shelf(_ lane: Int) -> Shelf { shelves[lane % shelves.count] }

  package var statistics: Statistics {
    var result = totals.withLock { $0 }
    for shelf in shelves { result.reuses += shelf.contents.withLock { $0.reuses } }
    return result
  }

  /// Forgets the largest value so far of the bytes held.
  package func restartPeak() { totals.withLock { $0.peakBytes = $0.bytes } }

  /// Returns the cached buffers to the system.
  package func trim() {
    for shelf in shelves {
      let free = shelf.contents.withLock { contents in
        defer { contents.free.removeAll() }
        return contents.free
      }
      var floats = 0
      for (capacity, buffers) in free {
        for buffer in buffers { ct_free_aligned(buffer.hostPointer) }
        floats += capacity * buffers.count
      }
      totals.withLock { $0.bytes -= floats * MemoryLayout<Float>.stride }
    }
  }

  func take(atLeast count: Int) -> DeviceMemory {
    let (capacity, lane) = (Self.capacity(for: count), Lanes.current)
    let cached = shelf(lane).contents.withLock { contents -> DeviceMemory? in
      guard let buffer = contents.free[capacity]?.popLast() else { return nil }
      contents.reuses += 1
      return buffer
    }
    return cached ?? allocate(capacity, for: lane)
  }

  /// Takes back what ``take(atLeast:)`` has given for this count.
  func put(_ buffer: DeviceMemory, count: Int) {
    let capacity = Self.capacity(for: count)
    shelf(buffer.handle).contents.withLock { $0.free[capacity, default: []].append(buffer) }
  }

  /// The memory's handle is the lane that took it first, to whose shelf it returns.
  private func allocate(_ capacity: Int, for lane: Int) -> DeviceMemory {
    totals.withLock { totals in
      totals.systemAllocations += 1
      totals.bytes += capacity * MemoryLayout<Float>.stride
      totals.peakBytes = max(totals.peakBytes, totals.bytes)
    }
    return DeviceMemory(hostPointer: Self.allocateAligned(capacity), handle: lane)
  }

  static func capacity(for count: Int) -> Int {
    if count <= 64 { return 64 }
    let power = Int.bitWidth - (count - 1).leadingZeroBitCount  // count <= 2^power
    let quarter = 1 << max(power - 3, 4)
    return (count + quarter - 1) / quarter * quarter
  }

  private static func allocateAligned(_ capacity: Int) -> UnsafeMutablePointer<Float> {
    let bytes = capacity * MemoryLayout<Float>.stride
    guard let raw = ct_allocate_aligned(bytes) else {
      fatalError("out of memory: cannot allocate \(bytes) bytes")
    }
    return raw.bindMemory(to: Float.self, capacity: capacity)
  }
}
