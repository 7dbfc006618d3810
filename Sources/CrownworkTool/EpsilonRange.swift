import Crownwork

/// The ε of a curve.
struct EpsilonRange {
  let epsilons: [Float]

  /// Reads FROM:TO:COUNT, both ends included, or numbers between commas.
  ///
  /// Throws ``Failure``.
  init(_ text: String) throws {
    let bad = Failure(
      .usage, "--curve: must be FROM:TO:COUNT or a list such as 0,0.1,8/255, not \"\(text)\"")
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 3 else {
      let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map {
        RecipeNumber.parse(String($0))
      }
      guard parts.count == 1, numbers.allSatisfy({ $0 != nil }) else { throw bad }
      epsilons = numbers.compactMap { $0 }
      try check()
      return
    }
    guard let from = RecipeNumber.parse(parts[0]), let to = RecipeNumber.parse(parts[1]),
      let count = Int(parts[2]), (2...1000).contains(count), from < to
    else { throw bad }
    epsilons = (0..<count).map { from + (to - from) * (Float($0) / Float(count - 1)) }
    try check()
  }

  private func check() throws {
    for epsilon in epsilons where epsilon < 0 { throw PerturbationError.badEpsilon(epsilon) }
  }
}
