import CThreads
import Dispatch

/// The number of scalars below which a loop is not worth a second thread: to wake a team costs some
/// 5 µs.
let parallelGrain = 16_384

/// Splits `0..<count` into one contiguous range per thread and runs `body` on each.
///
/// The body must write each result from one index only, so that the split never changes a result.
/// It returns when all ranges are done. A small loop stays on the calling thread, and so does every
/// loop inside a lane, where ``Threads/count`` is 1.
///
/// - Parameters:
///   - count: The number of items, such as scalars, rows or examples.
///   - work: The number of scalars touched in all; costly scalars count several times.
///   - body: Works on a range of items that is not empty.
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

/// A split and its closure as a value that a C function can point to.
private struct ParallelJob {
  /// The number of items.
  let count: Int
  /// The number of ranges.
  let parts: Int
  let body: (Range<Int>) -> Void
}

/// Runs the closure behind the context on a range of ⌈count/parts⌉ items; the last ranges may be
/// shorter or empty.
private func runPart(_ context: UnsafeMutableRawPointer, _ part: Int) {
  let job = context.assumingMemoryBound(to: ParallelJob.self).pointee
  let size = (job.count + job.parts - 1) / job.parts
  let lower = min(part * size, job.count)
  let upper = min(lower + size, job.count)
  if lower < upper { job.body(lower..<upper) }
}
