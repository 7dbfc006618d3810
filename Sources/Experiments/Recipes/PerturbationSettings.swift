import Bounds

/// The settings of the set that a network is trained for and certified against.
extension Setting {
  static let perturbation: [Setting] = [
    Setting(
      "perturbation.norm", .choice, \.perturbation.norm, option: "norm",
      // The file's clip is usual with ℓ∞ only.
      displaces: { value, _ in value == "linf" ? [] : ["perturbation.clip"] },
      "Norm in which the distance to the image is measured."),
    Setting(
      "perturbation.epsilon", .epsilon, \.perturbation.epsilon, option: "epsilon",
      standard: "0.1 (digits, fashion-mnist), 0.3 (mnist), 8/255 (cifar10), 2/255 (images)",
      displaces: { _, _ in ["perturbation.train-epsilon"] },
      "Largest distance to the image in raw units, pixels in [0, 1]."),
    Setting(
      "perturbation.train-epsilon", .epsilon, \.perturbation.trainEpsilon,
      option: "train-epsilon", standard: "epsilon", "Largest epsilon of training."),
    Setting(
      "perturbation.clip", SettingKind.domain.or("none"), \.perturbation.clip, option: "clip",
      standard: "[0, 1] with linf, else none",
      "The range that pixels stay in."),
  ]
}

/// The perturbation of a recipe as it is written.
struct PerturbationDraft: Sendable {
  var norm: Perturbation.Norm?
  var epsilon: Float?
  var trainEpsilon: Float?
  var clip: ClosedRange<Float>??

  init() {}

  init(_ set: Perturbation, _ trainEpsilon: Float) {
    (norm, epsilon, clip) = (set.norm, set.epsilon, .some(set.domain))
    self.trainEpsilon = trainEpsilon
  }

  /// The set, and the largest ε of training.
  ///
  /// - Throws: ``SettingConflict``.
  func values(or standard: Perturbation) throws -> (Perturbation, Float) {
    let norm = norm ?? standard.norm
    let epsilon = epsilon ?? standard.epsilon
    do {
      let set = try Perturbation(
        norm: norm, epsilon: epsilon, domain: clip ?? (norm == .linf ? 0...1 : nil))
      // For l2 and l1 the limit depends on the data: see ``Recipe/resolved(for:)``.
      if norm == .linf { try set.validate(inputCount: 1) }
      return (set, trainEpsilon ?? epsilon)
    } catch {
      throw SettingConflict(["perturbation.epsilon", "perturbation.norm"], "\(error)")
    }
  }
}

extension SettingKind where Value == ClosedRange<Float> {
  static var domain: Self {
    let pair = SettingKind<Float>.finite.list("[lowest, highest]", counts: 2...2)
    return SettingKind(words: pair.words, isNumber: true) { given in
      pair.read(given).flatMap { $0[0] < $0[1] ? $0[0]...$0[1] : nil }
    } write: {
      pair.write([$0.lowerBound, $0.upperBound])
    }
  }
}
