/// How the lower line α·h of an unstable ReLU is chosen (its upper line is always the chord).
public enum ReLUSlope: String, Sendable, CaseIterable, Codable {
  /// α = 1 where u > −l, else 0: the smaller area (CROWN, Zhang et al. 2018).
  case adaptive
  /// α = u/(u − l), parallel to the upper line (Fast-Lin; Wong and Kolter's fixed dual choice).
  case same = "same-slope"
  /// α = 0.
  case zero
  /// α = 1.
  case one
}
