import Crownwork
import Foundation

/// The ε of a robustness curve, as `evaluate --curve` takes them.
struct EpsilonRange {
  /// The values of ε in raw pixel units, in the order given. The curve's computation sorts them and
  /// drops repeated ones.
  let epsilons: [Float]

  /// Reads FROM:TO:COUNT, or numbers between commas.
  ///
  /// FROM and TO are both included, FROM is less than TO, and COUNT is from 2 to 1,000. Numbers may
  /// be fractions such as 8/255.
  ///
  /// - Throws: ``Failure`` with ``Failure/Code/usage`` for anything else, and `PerturbationError`
  ///   for a negative ε.
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

  /// Reads a number or a fraction in Float64.
  ///
  /// The points between the ends are computed in Float64 and rounded once. Each is then as near to
  /// its decimal as Float32 can be: 0.05, where a computation in Float32 would give 0.050000004.
  ///
  /// - Returns: nil where ``RecipeNumber`` knows no such number.
  private static func exact(_ text: String) -> Double? {
    guard RecipeNumber.parse(text) != nil else { return nil }
    let parts = text.split(separator: "/").map {
      Double($0.trimmingCharacters(in: .whitespaces))
    }
    guard let numerator = parts[0] else { return nil }
    guard parts.count == 2, let denominator = parts[1] else { return numerator }
    return numerator / denominator
  }

  /// Refuses a negative ε. Whether one covers all images can only be said when the data are there;
  /// ``EvaluateCommand`` does.
  private func check() throws {
    for epsilon in epsilons where epsilon < 0 { throw PerturbationError.badEpsilon(epsilon) }
  }
}
