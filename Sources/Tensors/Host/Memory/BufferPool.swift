import CThreads
import Synchronization

/// A cache of 64-byte aligned float buffers, so that a step after the first allocates nothing.
///
/// A training step asks for the same sizes as the step before. Memory from the system would have to
/// be mapped and cleared page by page each time, which takes longer than many kernels; memory that
/// has just been freed is still in the processor's cache.
///
/// Capacities are rounded up to a quarter of a power of two: at most 25% is wasted, and the few
/// distinct sizes make a freed buffer fit the next request. Free buffers lie on shelves, one for
/// each lane, and return to the shelf of the lane that took them first; so lanes do not wait for
/// each other, and a part finds its buffers in its core's cache.
///
/// Buffers stay in the pool until ``trim()``.
package final class BufferPool: Sendable {
  /// The one pool of the process, which ``Host`` takes its memory from.
  package static let shared = BufferPool()

  /// What the pool did since the process started. Benchmarks and forecasts of a run's memory read
  /// it.
  package struct Statistics: Sendable, Equatable {
    /// Buffers obtained from the system.
    package var systemAllocations = 0
    /// Requests served from the cache.
    package var reuses = 0
    /// Bytes held at the moment, in use or cached.
    package var bytes = 0
    /// The largest value that `bytes` has had since ``BufferPool/restartPeak()``, or since the
    /// start.
    package var peakBytes = 0
  }

  /// The free buffers of one lane, the most recent last: they are still in its core's cache.
  private final class Shelf: Sendable {
    /// What the lock of a shelf protects.
    struct Contents: ~Copyable {
      /// Starts of free buffers by capacity.
      var free: [Int: [DeviceMemory]] = [:]
      /// Requests that this shelf has served.
      var reuses = 0
    }

    /// The lock is free nearly always: only the shelf's lane takes from it, but a buffer may come
    /// back from another thread.
    let contents = Mutex(Contents())
  }

  /// The shelves by lane; the first is that of code outside lanes. Lanes beyond their number share
  /// them.
  private let shelves = (0..<64).map { _ in Shelf() }
  /// Statistics but for reuses, which the shelves count. Only allocations from the system touch it.
  private let totals = Mutex(Statistics())

  /// Returns the shelf of a lane.
  private func shelf(_ lane: Int) -> Shelf { shelves[lane % shelves.count] }

  /// What the pool did so far. Other threads may go on meanwhile, so the numbers need not be of one
  /// moment.
  package var statistics: Statistics {
    var result = totals.withLock { $0 }
    for shelf in shelves { result.reuses += shelf.contents.withLock { $0.reuses } }
    return result
  }

  /// Forgets the largest value so far of the bytes held: the peak is what is held now.
  package func restartPeak() { totals.withLock { $0.peakBytes = $0.bytes } }

  /// Returns the cached buffers to the system. Buffers in use are not touched.
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

  /// Returns memory for at least `count` floats, whose contents are undefined: the last that was
  /// freed of that capacity, or new memory.
  func take(atLeast count: Int) -> DeviceMemory {
    let (capacity, lane) = (Self.capacity(for: count), Lanes.current)
    let cached = shelf(lane).contents.withLock { contents -> DeviceMemory? in
      guard let buffer = contents.free[capacity]?.popLast() else { return nil }
      contents.reuses += 1
      return buffer
    }
    return cached ?? allocate(capacity, for: lane)
  }

  /// Takes back what ``take(atLeast:)`` has returned for this count. The count leads to the
  /// capacity, which the memory itself does not know.
  func put(_ buffer: DeviceMemory, count: Int) {
    let capacity = Self.capacity(for: count)
    shelf(buffer.handle).contents.withLock { $0.free[capacity, default: []].append(buffer) }
  }

  /// Obtains memory from the system. Its handle is the lane that takes it first, to whose shelf it
  /// returns.
  private func allocate(_ capacity: Int, for lane: Int) -> DeviceMemory {
    totals.withLock { totals in
      totals.systemAllocations += 1
      totals.bytes += capacity * MemoryLayout<Float>.stride
      totals.peakBytes = max(totals.peakBytes, totals.bytes)
    }
    return DeviceMemory(hostPointer: Self.allocateAligned(capacity), handle: lane)
  }

  /// Returns the number of floats that is set aside for a request: the next multiple of an eighth
  /// of the power of two that holds it. It is at least 64 and a multiple of 16.
  static func capacity(for count: Int) -> Int {
    if count <= 64 { return 64 }
    let power = Int.bitWidth - (count - 1).leadingZeroBitCount  // count <= 2^power
    let quarter = 1 << max(power - 3, 4)
    return (count + quarter - 1) / quarter * quarter
  }

  /// Returns memory at a multiple of 64 bytes, a line of the cache, which vector loads like best.
  /// It ends the process where there is none.
  private static func allocateAligned(_ capacity: Int) -> UnsafeMutablePointer<Float> {
    let bytes = capacity * MemoryLayout<Float>.stride
    guard let raw = ct_allocate_aligned(bytes) else {
      fatalError("out of memory: cannot allocate \(bytes) bytes")
    }
    return raw.bindMemory(to: Float.self, capacity: capacity)
  }
}
