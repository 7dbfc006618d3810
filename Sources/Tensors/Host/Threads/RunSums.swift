/// Returns sums in Double over runs of items whose number does not depend on the threads, so that
/// neither do the results.
///
/// Floating-point sums depend on their order. Here the items are always cut into 32 runs; threads
/// share the runs, and the sums of the runs are added in order.
///
/// - Parameters:
///   - count: The number of items.
///   - width: The number of sums that each item adds to, such as the channels.
///   - work: The number of scalars touched in all.
///   - add: Adds a range of items to `width` sums.
func sumsOfRuns(
  _ count: Int, width: Int, work: Int, _ add: (Range<Int>, UnsafeMutablePointer<Double>) -> Void
) -> [Double] {
  let runs = 32
  var sums = [Double](repeating: 0, count: runs * width)
  sums.withUnsafeMutableBufferPointer { sums in
    let start = sums.baseAddress!
    parallelRanges(runs, work: work) { range in
      for run in range {
        add(run * count / runs..<(run + 1) * count / runs, start + run * width)
      }
    }
  }
  return (0..<width).map { k in (0..<runs).reduce(0) { $0 + sums[$1 * width + k] } }
}
