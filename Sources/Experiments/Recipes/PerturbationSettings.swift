import Bounds

/// The settings of the set that a network is trained for and certified against.
extension Setting {
  /// The rows of the section `perturbation`.
  static let perturbation: [Setting] = [
    Setting(
      "perturbation.norm", .choice, \.perturbation.norm, option: "norm",
      // The file's clip was written for its norm: the usual range [0, 1] of an ℓ∞ recipe would be
      // an unusual restriction of an ℓ2 ball.
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
  /// The norm of the distance to the image.
  var norm: Perturbation.Norm?
  /// The largest distance of certification, in raw units.
  var epsilon: Float?
  /// The largest distance of training, in raw units.
  var trainEpsilon: Float?
  /// The range that pixels stay in, or the word `none`.
  var clip: ClosedRange<Float>??

  /// Creates a draft that says nothing.
  init() {}

  /// Creates a draft that says everything about a perturbation.
  ///
  /// - Parameters:
  ///   - set: The set at the ε of certification.
  ///   - trainEpsilon: The largest ε of training.
  init(_ set: Perturbation, _ trainEpsilon: Float) {
    (norm, epsilon, clip) = (set.norm, set.epsilon, .some(set.domain))
    self.trainEpsilon = trainEpsilon
  }

  /// Returns the set at the ε of certification, and the largest ε of training, which is the same
  /// unless it is given.
  ///
  /// Pixels stay in [0, 1] with ℓ∞ and are unlimited with ℓ2 and ℓ1, unless a clip is given.
  ///
  /// - Parameter standard: The data set's usual set, whose norm and ε count where none are given.
  /// - Throws: ``SettingConflict`` for an ε of ℓ∞ above 1. In the other norms the limit depends on
  ///   the size of the images, so that ``Recipe/resolved(for:)`` checks it.
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
  /// A range of pixels as a list of its ends, the lower one first; an empty range is refused.
  static var domain: Self {
    let pair = SettingKind<Float>.finite.list("[lowest, highest]", counts: 2...2)
    return SettingKind(words: pair.words, isNumber: true) { given in
      pair.read(given).flatMap { $0[0] < $0[1] ? $0[0]...$0[1] : nil }
    } write: {
      pair.write([$0.lowerBound, $0.upperBound])
    }
  }
}
