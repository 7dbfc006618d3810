/// The p of an ℓp ball that is not a box: 1 or 2. ℓ∞ balls are boxes, for which there are other
/// kernels.
package enum BallOrder: Sendable {
  /// Balls of ‖·‖₁, which have corners on the axes, and of ‖·‖₂, which are round.
  case one, two
}
