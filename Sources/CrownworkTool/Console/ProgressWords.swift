import Crownwork

/// The words of the live line.
extension WorkProgress {
  /// The progress as the live line shows it, such as "certify 12/100", "attack 3/50 at ε = 0.1" or
  /// "crown: 4/10 cases open".
  ///
  /// Certification and attacks count examples that are done. The bounds of a property count the
  /// cases that are still open, under the name of the method that has just bounded some of them.
  var words: String {
    let place = epsilon.map { " at ε = \($0)" } ?? ""
    return switch stage {
    case .certification: "certify \(done)/\(total)\(place)"
    case .certificates: "write certificates \(done)/\(total)"
    case .attack: "attack \(done)/\(total)\(place)"
    case .bounds(let method): "\(method): \(total - done)/\(total) cases open"
    case .search: "search for a counterexample"
    }
  }
}
