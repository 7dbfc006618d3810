/// Sums in Double over runs of items whose number does not depend on the threads, so that neither
/// do the results.
///
/// - Parameters:
///   - count: Of the items.
///   - width: Of the sums.
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
