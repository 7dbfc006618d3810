/// Seconds that `body` takes.
package func seconds<E: Error>(_ body: () throws(E) -> Void) throws(E) -> Double {
  let start = ContinuousClock.now
  try body()
  return start.duration(to: .now) / .seconds(1)
}

/// The middle one of some values; of an even number, the upper of the two.
package func median(_ values: [Double]) -> Double {
  precondition(!values.isEmpty, "the median of nothing")
  return values.sorted()[values.count / 2]
}
