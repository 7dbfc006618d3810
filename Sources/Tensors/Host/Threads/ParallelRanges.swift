import CThreads
import Dispatch

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
