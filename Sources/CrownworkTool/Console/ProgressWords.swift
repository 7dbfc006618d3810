import Crownwork

extension WorkProgress {
  /// Such as "certify 12/100".
  var words: String {
    let place = epsilon.map { " at ε = \($0)" } ?? ""
    return switch stage {
    case .certification: "certify \(done)/\(total)\(place)"
    case .attack: "attack \(done)/\(total)\(place)"
    case .bounds(let method): "\(method): \(total - done)/\(total) cases open"
    case .search: "search for a counterexample"
    }
  }
}
