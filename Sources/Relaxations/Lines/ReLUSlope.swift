/// How the lower line α·h of an unstable ReLU, l < 0 < u, is chosen; its upper line is always the
/// chord u/(u − l)·(h − l).
///
/// Every α between 0 and 1 holds, and none is the best for all rows: the choice decides how tight
/// CROWN is. Training by CROWN-IBP uses the adaptive one as a rule, the convex outer adversarial
/// polytope parallel lines. α-CROWN begins with a choice and improves on it. Leaky ReLU has the
/// same rules, with its slope below 0 in place of 0.
public enum ReLUSlope: String, Sendable, CaseIterable, Codable {
  /// α = 1 where u > −l, else 0: the smaller area (CROWN, Zhang et al. 2018).
  case adaptive
  /// α = u/(u − l), parallel to the upper line (Fast-Lin; Wong and Kolter's fixed dual choice).
  case same = "same-slope"
  /// α = 0, the function's slope below 0.
  case zero
  /// α = 1, the function's slope above 0.
  case one
}
