/// The p of an ℓp ball that is not a box.
public enum BallOrder: Sendable {
  case one, two
}
