import CThreads

/// Independent parts of a computation, each wholly on one thread: no thread waits for another
/// before the end, and a part's tensors stay in one core's cache.
///
/// What a part computes does not depend on how many threads there are.
package enum Lanes {
  /// The lane that this code runs in, from 1; 0 outside of ``map(_:_:)``.
  static var current: Int { Int(ct_lane()) }

  /// Computes `body(0)`, …, `body(count − 1)`, on as many threads as are in use, and returns the
  /// results in order. Throws the first error in that order.
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

private struct LaneJob {
  let body: (Int) -> Void
}

private func runLane(_ context: UnsafeMutableRawPointer, _ part: Int) {
  context.assumingMemoryBound(to: LaneJob.self).pointee.body(part)
}
