/// Results that arrive in any order, given out in that of their indices.
///
/// Lanes finish examples in any order; observers get them in the order of the data, each as soon as
/// no earlier one is missing.
struct OrderedResults<Result> {
  /// The indices of all results to come, in the order in which they are given out.
  private let indices: [Int]
  /// The results that have arrived, by index.
  private var results: [Int: Result] = [:]
  /// The number of results that were given out.
  private var given = 0

  /// Waits for the results with some indices.
  init(_ indices: [Int]) { self.indices = indices }

  /// The number of results that have arrived.
  var count: Int { results.count }
  /// All results that have arrived, in order, whether or not some are missing between them.
  var all: [Result] { indices.compactMap { results[$0] } }

  /// Takes results in, and returns those that none is missing before and that were not given out
  /// yet.
  ///
  /// - Parameter index: The index of a result.
  mutating func add(_ new: [Result], index: (Result) -> Int) -> [Result] {
    for result in new { results[index(result)] = result }
    var ready: [Result] = []
    while given < indices.count, let result = results[indices[given]] {
      ready.append(result)
      given += 1
    }
    return ready
  }
}
