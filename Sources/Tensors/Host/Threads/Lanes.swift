import CThreads

/// Independent parts of a computation, each wholly on one thread: no thread waits for another
/// before the end, and a part's tensors stay in one core's cache.
///
/// There are two ways to use several threads. Every kernel can split its loop among them
/// (`parallelRanges`), which costs a meeting of all threads for each kernel. Or whole parts of a
/// batch run side by side, with all kernels inside on one thread; training and certification do
/// that.
///
/// What a part computes does not depend on how many threads there are. A single part is no lane: it
/// runs on the calling thread, and its kernels split their loops. Lanes inside a lane run one after
/// another on its thread. Where no OpenMP runtime is loaded, parts run one after another too, and
/// each kernel inside splits its loop.
package enum Lanes {
  /// The lane that this code runs in, from 1; 0 outside of ``map(_:_:)``.
  static var current: Int { Int(ct_lane()) }

  /// Computes `body(0)`, …, `body(count − 1)`, on as many threads as are in use, and returns the
  /// results in order.
  ///
  /// All parts run to their ends, even if one of them throws.
  ///
  /// - Throws: The first error of the parts, in their order.
  package static func map<R, E: Error>(
    _ count: Int, _ body: (Int) throws(E) -> R
  ) throws(E) -> [R] {
    var results = [Result<R, E>?](repeating: nil, count: count)
    results.withUnsafeMutableBufferPointer { results in
      run(count) { part in
        results[part] = Result { () throws(E) -> R in try body(part) }
      }
    }
    var values: [R] = []
    values.reserveCapacity(count)
    for result in results { values.append(try result!.get()) }
    return values
  }

  /// Runs the parts on lanes where that is possible and of use, else one after another.
  private static func run(_ count: Int, _ body: (Int) -> Void) {
    guard count > 1, current == 0 else { return (0..<count).forEach(body) }
    withoutActuallyEscaping(body) { body in
      var job = LaneJob(body: body)
      withUnsafeMutablePointer(to: &job) { job in
        let ran = ct_lanes(
          Int64(count), { context, part in runLane(context!, Int(part)) }, job)
        if ran == 0 { (0..<count).forEach(body) }
      }
    }
  }
}

/// A closure as a value that a C function can point to. It lives on the stack of the caller, which
/// waits for the parts.
private struct LaneJob {
  let body: (Int) -> Void
}

/// Calls the closure behind the context with a part's number.
private func runLane(_ context: UnsafeMutableRawPointer, _ part: Int) {
  context.assumingMemoryBound(to: LaneJob.self).pointee.body(part)
}
