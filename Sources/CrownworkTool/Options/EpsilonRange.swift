import Crownwork
import Foundation

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
    guard let from = Self.exact(parts[0]), let to = Self.exact(parts[1]),
      let count = Int(parts[2]), (2...1000).contains(count), Float(from) < Float(to)
    else { throw bad }
    epsilons = (0..<count).map { Float(from + (to - from) * Double($0) / Double(count - 1)) }
    try check()
  }

  /// A number or fraction in Float64, so that what lies between two is as near to its decimal as
  /// Float32 can be: 0.05, not 0.050000004.
  private static func exact(_ text: String) -> Double? {
    guard RecipeNumber.parse(text) != nil else { return nil }
    let parts = text.split(separator: "/").map {
      Double($0.trimmingCharacters(in: .whitespaces))
    }
    guard let numerator = parts[0] else { return nil }
    guard parts.count == 2, let denominator = parts[1] else { return numerator }
    return numerator / denominator
  }

  private func check() throws {
    for epsilon in epsilons where epsilon < 0 { throw PerturbationError.badEpsilon(epsilon) }
  }
}
