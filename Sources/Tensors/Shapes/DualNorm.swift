/// The norm dual to that of a perturbation: 1/p + 1/q = 1.
///
/// By Hölder's inequality a linear function Λ·δ is at least −ε·‖Λ‖_q over ‖δ‖_p ≤ ε, and some δ
/// attains it. So this is the norm that coefficients and rows of a layer are measured in. For p = ∞
/// the region is a box, for which there are other kernels.
public enum DualNorm: Sendable {
  /// q = 2, the Euclidean norm, for ℓ2 perturbations.
  case two
  /// q = ∞, the largest magnitude, for ℓ1 perturbations.
  case infinity
}
