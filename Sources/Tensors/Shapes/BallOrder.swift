/// The p of an ℓp ball that is not a box.
package enum BallOrder: Sendable {
  case one, two
}
