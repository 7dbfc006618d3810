/// A network that answers nearly all examples with one class, to which fewer belong.
///
/// It has learnt nothing, and its errors say nothing about the method that trained it. Robust
/// training ends like this when ε grows faster than the bounds follow: one answer for all is
/// perfectly robust. Reports of evaluations and warnings of training name it.
package struct Collapse: Sendable, Equatable {
  /// The class.
  package let answer: Int
  /// The fraction of the examples that are answered with it.
  package let part: Float

  /// The fraction from which on the answers count as one.
  private static let nearlyAll: Float = 0.95

  /// Looks for a collapse; nil where the answers are spread, or are right.
  ///
  /// One class counts if 95% of the examples are answered with it, and less than nine tenths as
  /// many belong to it.
  ///
  /// - Parameters:
  ///   - answers: How many examples are answered with each class.
  ///   - labels: How many examples belong to each class; as many classes as `answers` has.
  package init?(answers: [Int], labels: [Int]) {
    let total = Float(max(labels.reduce(0, +), 1))
    guard let answer = answers.indices.max(by: { answers[$0] < answers[$1] }) else { return nil }
    let part = Float(answers[answer]) / total
    guard part >= Self.nearlyAll, Float(labels[answer]) / total < 0.9 * part else { return nil }
    (self.answer, self.part) = (answer, part)
  }
}
