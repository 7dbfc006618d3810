/// The norm dual to that of a perturbation: 1/p + 1/q = 1.
public enum DualNorm: Sendable {
  /// q = 2, for p = 2.
  case two
  /// q = ∞, for p = 1.
  case infinity
}
