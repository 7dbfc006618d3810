import Crownwork

extension Arithmetic {
  /// For which network a proof holds, as a sentence.
  var meaning: String {
    switch self {
    case .real: "The proof holds in real arithmetic; Float32 rounding is not covered."
    case .outward(.exact, _): "The proof holds for the network in exact arithmetic."
    case .outward(.deployed, .float32):
      "The proof holds for the network as computed in Float32, in any order."
    case .outward(.deployed, let products):
      "The proof holds for the network with \(products.rawValue) products, summed in any order."
    }
  }
}
