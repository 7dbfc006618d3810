/// Returns the seconds that `body` takes, by the continuous clock.
///
/// - Throws: What `body` throws.
package func seconds<E: Error>(_ body: () throws(E) -> Void) throws(E) -> Double {
  let start = ContinuousClock.now
  try body()
  return start.duration(to: .now) / .seconds(1)
}

/// Returns the middle one of some values; of an even number, the upper of the two.
///
/// - Precondition: There are values.
package func median(_ values: [Double]) -> Double {
  precondition(!values.isEmpty, "the median of nothing")
  return values.sorted()[values.count / 2]
}
