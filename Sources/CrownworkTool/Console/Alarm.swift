/// What is said where an attack broke what was certified: an error in the certification, or a
/// rounding of Float32.
enum Alarm {
  /// Throws ``Failure`` for the first model with a contradiction.
  static func check(_ models: [(name: String, contradictions: [Int])]) throws {
    guard let first = models.first(where: { !$0.contradictions.isEmpty }) else { return }
    let list = first.contradictions.prefix(8).map(String.init).joined(separator: ", ")
    throw Failure(
      .internalError,
      "\(first.name): SOUNDNESS ALARM: certified, yet broken by the attack: example \(list)")
  }

  /// The statement where there is none.
  static func allClear(_ contradictions: Int) -> String {
    contradictions == 0
      ? "No certified example fell to the attack."
      : "SOUNDNESS ALARM: \(contradictions) certified examples fell to the attack."
  }
}
