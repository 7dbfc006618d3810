import Datasets

extension Objective {
  /// The numbers of random projections that may estimate bounds.
  package static let projectionLimits = 1...10_000

  /// Checks the numbers of an objective, those of its attack included.
  ///
  /// - Throws: ``InvalidValue`` for κ or β with an end that is not from 0 to 1, and for another
  ///   number out of range.
  package func validate() throws(InvalidValue) {
    try kappa.validate("kappa")
    try beta.validate("beta")
    switch self {
    case .natural, .interval, .crownIBP: break
    case .crown(_, _, let projections):
      guard let projections else { return }
      try InvalidValue.check("number of projections", projections, in: Self.projectionLimits)
    case .shortWarmup(_, let weight, let tolerance):
      try InvalidValue.check("weight of the regularizer", weight, .notNegative)
      try InvalidValue.check("tolerance of the regularizer", tolerance, .positive)
    case .attacked(let objective): try objective.validate()
    }
  }
}

extension Objective.Mix {
  /// Checks both ends of a factor.
  ///
  /// - Throws: ``InvalidValue`` for an end that is not from 0 to 1.
  fileprivate func validate(_ name: String) throws(InvalidValue) {
    for value in [start, end] { try InvalidValue.check("factor \(name)", value, .unit) }
  }
}

extension AttackedObjective {
  /// Checks the numbers of the objective and of its attack.
  ///
  /// - Throws: ``InvalidValue`` for a number out of range.
  package func validate() throws(InvalidValue) {
    try attack.validate()
    switch kind {
    case .adversarial: break
    case .trades(let weight): try InvalidValue.check("weight of trades", weight, .notNegative)
    case .smallBox(let share): try InvalidValue.check("share of the small box", share, .unit)
    case .mixedLosses(let alpha), .mixedMargins(let alpha), .mixedPowers(let alpha):
      try InvalidValue.check("factor alpha", alpha, .unit)
    }
  }
}
