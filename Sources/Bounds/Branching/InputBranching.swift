import Networks
import Relaxations
import Tensors

/// Branches on inputs: boxes are halved, and each half is bounded anew from its intervals on. It is
/// for networks of few inputs.
struct InputBranching {
  let plan: BoundPlan
  /// The input's shape, without the batch axis.
  let shape: [Int]
  /// Rows over values before the affine part at the network's end, batch 1. A domain is closed as
  /// soon as one of them is positive.
  let form: GraphForm
  let slope: ReLUSlope
  /// How many of the most promising inputs are tried on a box.
  let tries: Int
  let budget: Budget

  /// Divides boxes and bounds their halves.
  ///
  /// - Returns: For each box its two halves; none where it cannot be divided.
  func children(of parents: [InputDomain]) -> [[InputDomain]] {
    let tried = parents.map { parent in
      parent.choices.map { parent.halves(of: $0) }.filter { !$0.isEmpty }
    }
    let bounded = bounded(Array(tried.joined().joined()))
    var start = 0
    return tried.map { pairs -> [InputDomain] in
      defer { start += 2 * pairs.count }
      let all = (0..<pairs.count).map { [bounded[start + 2 * $0], bounded[start + 2 * $0 + 1]] }
      return all.max { Self.merit($0) < Self.merit($1) } ?? []
    }
  }

  /// Says what a division is worth: the sum of the halves' bounds, where a proved one counts as 0.
  private static func merit(_ halves: [InputDomain]) -> Float {
    halves.reduce(0) { $0 + min($1.bound, 0) }
  }

  /// Bounds boxes by CROWN, cuts off what cannot hold a counterexample, and chooses what to halve.
  func bounded(_ domains: [InputDomain]) -> [InputDomain] {
    guard !domains.isEmpty else { return [] }
    func stack(_ ends: (InputDomain) -> [Float]) -> Tensor {
      Tensor(shape: [domains.count] + shape, domains.flatMap(ends))
    }
    let box = Interval.outward(lower: stack(\.lower), upper: stack(\.upper))
    var bounding = Bounding(plan, over: .box(box))
    bounding.tightenPreactivations(
      slope: slope, rowLimit: plan.rowLimit(batch: domains.count, memory: budget.memory),
      intersecting: true, budget: budget)
    let pulled = bounding.pulled(form, from: plan.tail, to: 0, slope: slope)
    let bounds = bounding.lowerBounds(of: pulled, over: [bounding.input]).scalars
    let constants = pulled.constant.scalars
    let coefficients = pulled.coefficients[0]
    let (rows, size) = (form.rows, domains[0].lower.count)
    let numbers = coefficients?.scalars ?? [Float](repeating: 0, count: rows * size)
    let isShared = numbers.count == rows * size
    let isSharedConstant = constants.count == rows
    return domains.enumerated().map { index, domain in
      var domain = domain
      let own = Array(bounds[index * rows..<(index + 1) * rows])
      domain.bound = own.reduce(-.infinity) { $1 > $0 ? $1 : $0 }
      guard !domain.isClosed else { return domain }
      let best = own.indices.max { own[$0] < own[$1] } ?? 0
      var halfSpaces: [HalfSpace] = []
      for row in 0..<rows {
        let start = ((isShared ? 0 : index * rows) + row) * size
        halfSpaces.append(
          HalfSpace(
            coefficients: Array(numbers[start..<start + size]),
            constant: constants[(isSharedConstant ? 0 : index * rows) + row]))
      }
      domain.minimizer = halfSpaces[best].minimizer(in: domain)
      for _ in 0..<2 {
        for halfSpace in halfSpaces where !halfSpace.cut(&domain) {
          domain.bound = .leastNormalMagnitude
          return domain
        }
      }
      domain.choices = Array(Self.order(domain, halfSpaces).prefix(tries))
      return domain
    }
  }

  /// The inputs that can be halved, first that with the largest part in the width of the rows'
  /// linear bounds.
  private static func order(_ domain: InputDomain, _ halfSpaces: [HalfSpace]) -> [Int] {
    var scores = [Float](repeating: 0, count: domain.lower.count)
    for halfSpace in halfSpaces {
      let parts = domain.lower.indices.map {
        abs(halfSpace.coefficients[$0]) * (domain.upper[$0] - domain.lower[$0])
      }
      let total = parts.reduce(0, +)
      guard total > 0, total.isFinite else { continue }
      for i in parts.indices { scores[i] += parts[i] / total }
    }
    let widths = domain.lower.indices.map { domain.upper[$0] - domain.lower[$0] }
    if !scores.contains(where: { $0 > 0 }) { scores = widths }
    return scores.indices.filter { widths[$0] > 0 }.sorted { scores[$0] > scores[$1] }
  }
}

extension InputBranching: BranchingRule {
  func bound(of domain: InputDomain) -> Float { domain.bound }
  func isClosed(_ domain: InputDomain) -> Bool { domain.isClosed }
  func bytes(of domain: InputDomain) -> Int {
    4 * domain.lower.count * MemoryLayout<Float>.stride + 256
  }
  func minimizer(of domain: InputDomain) -> Tensor? {
    domain.minimizer.isEmpty ? nil : Tensor(shape: [1] + shape, domain.minimizer)
  }
}
