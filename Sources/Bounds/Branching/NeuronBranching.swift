import Networks
import Relaxations
import Tensors

/// Branches on neurons: a domain is divided by the sign of a pre-activation (or by a point inside
/// its interval), and both parts are bounded by slopes and multipliers that are ascended together
/// (β-CROWN, Wang et al. 2021).
///
/// The pre-activation intervals are those of the root, cut by the decisions.
struct NeuronBranching {
  /// The root: one example, refined as far as is wanted.
  let root: Bounding
  /// Rows over values before the affine part at the network's end, batch 1. A domain is closed as
  /// soon as one of them is positive.
  let form: GraphForm
  /// The steps of an ascent after a split.
  private let ascent: SlopeAscent

  /// The steps after a split. More of them make better bounds, and fewer domains a second.
  private static let iterations = 8
  /// The rate of the first of them, smaller than from the start since they go on from a parent's.
  private static let learningRate: Float = 0.2
  /// How often a domain is ascended further in which nothing is left to decide, and the steps of the
  /// first time; each further time takes twice as many.
  private static let (extensions, extendedIterations) = (4, 50)
  /// How many of the most promising splits are tried on a domain.
  static let tries = 3

  /// Prepares to branch.
  ///
  /// - Parameter slope: Where slopes start from at the root.
  /// - Precondition: The root's errors are prepared (``Bounding/prepareErrors()``).
  init(root: Bounding, form: GraphForm, slope: ReLUSlope, budget: Budget) {
    (self.root, self.form) = (root, form)
    var ascent = SlopeAscent(iterations: Self.iterations, slope: slope, budget: budget)
    ascent.stopsWhenPositive = true
    ascent.learningRate = Self.learningRate
    self.ascent = ascent
  }

  /// The root as a domain.
  ///
  /// - Parameter iterations: The steps of its ascent.
  func start(iterations: Int) -> NeuronDomain {
    var ascent = SlopeAscent(iterations: iterations, slope: ascent.slope, budget: ascent.budget)
    ascent.stopsWhenPositive = true
    let bounds = [Float](repeating: -.infinity, count: form.rows)
    return bounded([NeuronDomain(bounds: bounds)], by: ascent)[0]
  }

  /// Divides domains and bounds their parts.
  ///
  /// A domain in which nothing is left to decide is a polytope on which the network is affine, and
  /// its bound is that of a linear program. The ascent then goes on for a while.
  ///
  /// - Returns: For each domain its two parts, or itself bounded better; none where neither helps.
  func children(of parents: [NeuronDomain]) -> [[NeuronDomain]] {
    let tried = parents.map { parent in
      parent.candidates.prefix(Self.tries).flatMap { parent.parts($0) }
    }
    // Filtered smart branching (De Palma et al. 2021): the split whose weaker part is bounded best
    // by a single pass.
    let quick = passed(Array(tried.joined()))
    var start = 0
    let chosen = tried.map { children -> [NeuronDomain] in
      defer { start += children.count }
      let bounds = quick[start..<start + children.count].map { min($0, .greatestFiniteMagnitude) }
      let pairs = stride(from: 0, to: children.count, by: 2)
      guard
        let best = pairs.max(by: {
          Self.merit(bounds[$0], bounds[$0 + 1]) < Self.merit(bounds[$1], bounds[$1 + 1])
        })
      else { return [] }
      return [children[best], children[best + 1]]
    }
    let extended = extended(parents)
    let bounded = bounded(Array(chosen.joined()), by: ascent)
    start = 0
    return zip(chosen, extended).map { children, extended in
      defer { start += children.count }
      return Array(bounded[start..<start + children.count]) + extended
    }
  }

  /// Ascends domains further in which nothing is left to decide.
  ///
  /// - Returns: Nothing for all others, and for those that have been ascended often enough.
  private func extended(_ parents: [NeuronDomain]) -> [[NeuronDomain]] {
    parents.map { parent in
      guard parent.candidates.isEmpty, parent.extensions < Self.extensions else { return [] }
      var domain = parent
      domain.extensions += 1
      var ascent = SlopeAscent(
        iterations: Self.extendedIterations << parent.extensions, slope: ascent.slope,
        budget: ascent.budget)
      ascent.stopsWhenPositive = true
      return bounded([domain], by: ascent)
    }
  }

  /// Says what a split is worth: the bound of its weaker part, where a proved one counts as 0, and a
  /// little of the other.
  private static func merit(_ one: Float, _ other: Float) -> Float {
    let (one, other) = (min(one, 0), min(other, 0))
    return min(one, other) + 0.1 * max(one, other)
  }

  /// The best row's bound of each domain by one pass in real arithmetic.
  private func passed(_ domains: [NeuronDomain]) -> [Float] {
    guard !domains.isEmpty else { return [] }
    let bounding = root.domains(domains.map(\.splits), weights: domains.map(\.weights))
      .inRealArithmetic
    let pulled = bounding.pulled(
      form, from: root.plan.tail, to: 0, slope: ascent.slope, choices(of: domains))
    let bounds = bounding.lowerBounds(of: pulled, over: [bounding.input]).scalars
    return domains.indices.map { domain in
      bounds[domain * form.rows..<(domain + 1) * form.rows].reduce(-.infinity) { max($0, $1) }
    }
  }

  /// The choices of domains, side by side.
  private func choices(of domains: [NeuronDomain]) -> Choices {
    var choices = Choices()
    for layer in domains[0].slopes.keys {
      var slopes = Tensor.concatenated(domains.map { $0.slopes[layer]! })
      if root.plan.steps[layer].layer.isExactOnceDecided {
        decide(&slopes, in: domains, at: root.plan.steps[layer].inputs[0])
      }
      choices.slopes[layer] = slopes
    }
    for value in Set(domains.flatMap(\.splits).map(\.value)) {
      let chosen = domains.map { d in d.splits.indices.filter { d.splits[$0].value == value } }
      let count = chosen.map(\.count).max() ?? 0
      var numbers = [Float](repeating: 0, count: domains.count * form.rows * count)
      for (domain, chosen) in chosen.enumerated() {
        for (place, i) in chosen.enumerated() {
          for row in 0..<form.rows {
            numbers[(domain * form.rows + row) * count + place] =
              domains[domain].multipliers[i][row]
          }
        }
      }
      choices.multipliers[value] = Tensor(shape: [domains.count, form.rows, count], numbers)
    }
    return choices
  }

  /// Sets the slopes of ReLUs whose sign is decided to those of the side: an interval that ends at 0
  /// may cross it by a rounding, and then counts as undecided.
  ///
  /// - Parameters:
  ///   - slopes: [domains, rows, n].
  ///   - value: What the layer reads.
  private func decide(_ slopes: inout Tensor, in domains: [NeuronDomain], at value: Int) {
    let size = slopes.shape[2]
    slopes.modify { slopes in
      for (index, domain) in domains.enumerated() {
        for split in domain.splits where split.value == value && split.point == 0 {
          for row in 0..<form.rows {
            slopes[(index * form.rows + row) * size + split.scalar] = split.isAbove ? 1 : 0
          }
        }
      }
    }
  }

  /// Bounds domains by an ascent from the choices that they have, and finds out what to decide next.
  private func bounded(
    _ domains: [NeuronDomain], by ascent: SlopeAscent
  ) -> [NeuronDomain] {
    guard !domains.isEmpty else { return [] }
    let bounding = root.domains(domains.map(\.splits), weights: domains.map(\.weights))
    let isRoot = domains[0].slopes.isEmpty && domains[0].splits.isEmpty
    let start = isRoot ? nil : choices(of: domains)
    let reached = bounding.ascended(
      form, from: root.plan.tail, by: ascent, startingAt: start)
    let bounds = reached.bounds.scalars
    var result = domains
    for domain in domains.indices {
      result[domain].bounds = Array(bounds[domain * form.rows..<(domain + 1) * form.rows])
      result[domain].take(reached.choices, at: domain)
    }
    let open = result.indices.filter { !result[$0].isClosed }
    guard !open.isEmpty else { return result }
    let outlook = Outlook(
      bounding, form, ascent.slope, reached.choices, rows: result.map(\.bestRow))
    for domain in open {
      result[domain].candidates = outlook.candidates(of: domain)
      result[domain].minimizer = outlook.minimizers.rows(domain..<domain + 1)
    }
    return result
  }
}

extension NeuronBranching: BranchingRule {
  func bound(of domain: NeuronDomain) -> Float { domain.bound }
  func isClosed(_ domain: NeuronDomain) -> Bool { domain.isClosed }
  func minimizer(of domain: NeuronDomain) -> Tensor? { domain.minimizer }
  func bytes(of domain: NeuronDomain) -> Int {
    let scalars = domain.slopes.values.reduce(domain.minimizer?.count ?? 0) { $0 + $1.count }
    return scalars * MemoryLayout<Float>.stride + 1024
  }
}

extension NeuronDomain {
  /// Takes its part of the choices of a batch.
  fileprivate mutating func take(_ choices: Choices, at domain: Int) {
    slopes = choices.slopes.mapValues { $0.rows(domain..<domain + 1) }
    for (value, multipliers) in choices.multipliers {
      let (rows, count) = (multipliers.shape[1], multipliers.shape[2])
      let numbers = multipliers.rows(domain..<domain + 1).scalars
      for (place, i) in splits.indices.filter({ splits[$0].value == value }).enumerated() {
        self.multipliers[i] = (0..<rows).map { numbers[$0 * count + place] }
      }
    }
  }
}
