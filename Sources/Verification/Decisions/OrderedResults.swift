/// Results that arrive in any order, given out in that of their indices.
struct OrderedResults<Result> {
  private let indices: [Int]
  private var results: [Int: Result] = [:]
  private var given = 0

  init(_ indices: [Int]) { self.indices = indices }

  /// How many have arrived.
  var count: Int { results.count }
  /// All that have arrived, in order.
  var all: [Result] { indices.compactMap { results[$0] } }

  /// Takes results in; returns those that none is missing before.
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
