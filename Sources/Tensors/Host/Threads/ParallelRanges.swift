import CThreads
import Dispatch
import Synchronization

/// The threads that kernels run on.
public enum Threads {
  private static let fallbackCount = Mutex(0)

  /// Threads in use: those of oneDNN's OpenMP runtime, or of Dispatch where it has another.
  public static var count: Int {
    let gomp = Int(ct_thread_count())
    if gomp > 0 { return gomp }
    let set = fallbackCount.withLock { $0 }
    return set > 0 ? set : DispatchQueue.activeProcessors
  }

  /// Uses `count` threads from now on, at least one.
  public static func use(_ count: Int) {
    let count = max(count, 1)
    if ct_set_thread_count(Int32(clamping: count)) == 0 {
      fallbackCount.withLock { $0 = count }
    }
  }
}

extension DispatchQueue {
  fileprivate static var activeProcessors: Int {
    #if os(Windows)
      return 1
    #else
      return max(Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))), 1)
    #endif
  }
}

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Scalars below which a loop is not worth a second thread (a team entry costs some 5 µs).
let parallelGrain = 16_384

/// Splits `0..<count` into one contiguous range per thread and runs `body` on each.
///
/// `work` is the number of scalars touched in all; a small loop stays on the calling thread. The
/// body must write each result from one index only, so that the split never changes a result.
func parallelRanges(_ count: Int, work: Int, _ body: (Range<Int>) -> Void) {
  let parts = min(count, Threads.count)
  guard parts > 1, work >= 2 * parallelGrain else {
    if count > 0 { body(0..<count) }
    return
  }
  withoutActuallyEscaping(body) { body in
    var job = ParallelJob(count: count, parts: parts, body: body)
    withUnsafeMutablePointer(to: &job) { job in
      let ran = ct_parallel(
        Int64(parts), { context, part in runPart(context!, Int(part)) }, job)
      if ran == 0 {
        nonisolated(unsafe) let context = UnsafeMutableRawPointer(job)
        DispatchQueue.concurrentPerform(iterations: parts) { runPart(context, $0) }
      }
    }
  }
}

private struct ParallelJob {
  let count: Int
  let parts: Int
  let body: (Range<Int>) -> Void
}

private func runPart(_ context: UnsafeMutableRawPointer, _ part: Int) {
  let job = context.assumingMemoryBound(to: ParallelJob.self).pointee
  let size = (job.count + job.parts - 1) / job.parts
  let lower = min(part * size, job.count)
  let upper = min(lower + size, job.count)
  if lower < upper { job.body(lower..<upper) }
}
