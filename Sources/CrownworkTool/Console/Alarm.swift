/// The soundness alarm: the report of examples that are certified and yet fell to an attack.
///
/// A certificate states that no input of the perturbation set changes the network's answer. A
/// finding of an attack is an input of the set with another answer, and it is checked before it
/// counts. Both cannot be right, and bounds account for rounding: a bound is wrong. That must not pass
/// unnoticed.
///
/// `evaluate` and `sweep` print their complete report first, so that nothing is lost that was
/// computed, and raise the alarm afterwards: one line on the standard error and exit code 70.
/// ``allClear(_:)`` makes the corresponding line of the report itself.
enum Alarm {
  /// Ends the command with the alarm if a model has a contradiction, and returns quietly otherwise.
  ///
  /// - Parameter models: The name of each model as messages show it, and the numbers of its
  ///   contradicted examples. These count from the start of the test set, not from the start of the
  ///   range that was judged.
  /// - Throws: ``Failure`` with ``Failure/Code/internalError`` for the first model that has a
  ///   contradiction. Its message lists at most eight examples; the report that was printed before
  ///   counts them all.
  static func check(_ models: [(name: String, contradictions: [Int])]) throws {
    guard let first = models.first(where: { !$0.contradictions.isEmpty }) else { return }
    let list = first.contradictions.prefix(8).map(String.init).joined(separator: ", ")
    throw Failure(
      .internalError,
      "\(first.name): SOUNDNESS ALARM: certified, yet broken by the attack: example \(list)")
  }

  /// Returns the sentence about contradictions with which every report ends.
  ///
  /// - Parameter contradictions: The number of certified examples that fell to the attack, over all
  ///   models of the report.
  static func allClear(_ contradictions: Int) -> String {
    contradictions == 0
      ? "No certified example fell to the attack."
      : "SOUNDNESS ALARM: \(contradictions) certified examples fell to the attack."
  }
}
