import Testing

@testable import Tensors

/// Projections give the nearest points, extreme points are extreme, and all lie in their sets.
@Suite struct BoxedBallLaws {
  static let orders: [BoxedBalls.Order] = [.one, .two]
  static let domains: [ClosedRange<Float>?] = [nil, 0...1]
  static let sizes = [1, 2, 9, 200]

  /// Five rows of centres in [0, 1], some coordinates at the ends.
  private static func centers(_ size: Int, _ random: inout RandomSource) -> Tensor {
    let wide = Tensor.uniform([5, size], in: -0.5...1.5, using: &random)
    return wide.clamped(lower: .zeros([5, size]), upper: Tensor(shape: [5, size], repeating: 1))
  }

  private func rows(_ x: Tensor) -> [[Double]] {
    let size = x.count / x.shape[0]
    return x.scalars.map(Double.init).chunks(of: size)
  }

  private func norm(_ x: [Double], _ order: BoxedBalls.Order) -> Double {
    order == .one
      ? x.reduce(0) { $0 + $1.magnitude } : x.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }

  private func expectInside(_ points: Tensor, _ balls: BoxedBalls) {
    for (point, center) in zip(rows(points), rows(balls.center)) {
      let move = zip(point, center).map { $0 - $1 }
      #expect(norm(move, balls.order) <= Double(balls.epsilon) * (1 + 1e-15))
    }
    if let domain = balls.domain { #expect(points.scalars.allSatisfy(domain.contains)) }
  }

  /// ⟨u − p, q − p⟩ ≤ 0 for every q of the set, most of all for the farthest along u − p: p is the
  /// nearest point to u, and no other is.
  @Test(arguments: orders, domains)
  func projectionsAreNearest(order: BoxedBalls.Order, domain: ClosedRange<Float>?) {
    var random = RandomSource(seed: 4)
    for size in Self.sizes {
      for (epsilon, spread) in [(0.3, 0.05), (0.3, 1), (2, 0.5), (2, 8)] as [(Float, Float)] {
        let balls = BoxedBalls(
          order, around: Self.centers(size, &random), epsilon: epsilon, within: domain)
        let far =
          balls.center + .normal([5, size], standardDeviation: spread, using: &random)
        let nearest = balls.nearest(to: far)
        expectInside(nearest, balls)
        let ends = balls.farthest(against: nearest - far)
        expectInside(ends, balls)
        for ((u, p), q) in zip(zip(rows(far), rows(nearest)), rows(ends)) {
          let rest = zip(u, p).map { $0 - $1 }
          let gain = zip(rest, zip(q, p)).reduce(0) { $0 + $1.0 * ($1.1.0 - $1.1.1) }
          #expect(gain <= 1e-6 * (1 + norm(rest, .two)) * Double(1 + epsilon), "\(size) \(gain)")
        }
      }
    }
  }

  /// The projections that training uses, by their own farthest points.
  @Test(arguments: orders)
  func trainingProjectsToTheNearest(order: BoxedBalls.Order) {
    var random = RandomSource(seed: 5)
    for size in Self.sizes {
      let far = Tensor.normal([5, size], standardDeviation: 1, using: &random)
      let nearest =
        order == .one ? far.projectedRowsL1(epsilon: 0.7) : far.projectedRowsL2(epsilon: 0.7)
      for (u, p) in zip(rows(far), rows(nearest)) {
        let rest = zip(u, p).map { $0 - $1 }
        let most = 0.7 * (order == .one ? rest.map(\.magnitude).max()! : norm(rest, .two))
        let reached = zip(rest, p).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(most - reached <= 1e-5 * (1 + most))
        #expect(norm(p, order) <= 0.7 * (1 + 1e-5))
        if norm(u, order) <= 0.7 { #expect(u == p) }
      }
    }
  }

  /// No random point of a set lies farther than its extreme point.
  @Test(arguments: orders, domains)
  func extremePointsAreExtreme(order: BoxedBalls.Order, domain: ClosedRange<Float>?) {
    var random = RandomSource(seed: 6)
    for size in Self.sizes {
      let balls = BoxedBalls(
        order, around: Self.centers(size, &random), epsilon: 1.2, within: domain)
      let gradient = Tensor.normal([5, size], standardDeviation: 1, using: &random)
      func values(_ points: Tensor) -> [Double] {
        zip(rows(gradient), zip(rows(points), rows(balls.center))).map { g, pair in
          zip(g, zip(pair.0, pair.1)).reduce(0) { $0 + $1.0 * ($1.1.0 - $1.1.1) }
        }
      }
      let ends = balls.farthest(against: gradient)
      let least = values(ends)
      expectInside(ends, balls)
      for spread in [0.1, 1, 5] as [Float] {
        let others = balls.nearest(
          to: balls.center + .normal([5, size], standardDeviation: spread, using: &random))
        for (value, end) in zip(values(others), least) { #expect(value >= end - 1e-5) }
      }
      guard domain == nil else { continue }
      for (value, g) in zip(least, rows(gradient)) {
        let exact = 1.2 * (order == .one ? g.map(\.magnitude).max()! : norm(g, .two))
        #expect(abs(value + exact) <= 1e-5 * (1 + exact))
      }
    }
  }

  /// A step goes to as many coordinates as it should, those with the largest derivatives that move.
  @Test(arguments: [1, 3, 7, 40], domains)
  func sparseStepsTakeTheLargest(count: Int, domain: ClosedRange<Float>?) {
    var random = RandomSource(seed: 7)
    let balls = BoxedBalls(
      .one, around: Self.centers(30, &random), epsilon: 1, within: domain)
    let gradient = Tensor.normal([5, 30], standardDeviation: 1, using: &random)
    let stepped = balls.sparseStep(
      from: balls.center, against: gradient, counts: [Int](repeating: count, count: 5),
      lengths: [Float](repeating: 0.01, count: 5))
    for (g, (from, to)) in zip(rows(gradient), zip(rows(balls.center), rows(stepped))) {
      let movable = g.indices.filter { domain == nil || (g[$0] > 0 ? from[$0] > 0 : from[$0] < 1) }
      let expected = movable.sorted { g[$0].magnitude > g[$1].magnitude }.prefix(count)
      #expect(Set(g.indices.filter { from[$0] != to[$0] }) == Set(expected))
      for i in expected {
        let move = to[i] - from[i]
        #expect((move < 0) == (g[i] > 0))
        // A coordinate near its end goes no farther than that.
        let room = domain == nil ? 1 : (g[i] > 0 ? from[i] : 1 - from[i])
        #expect(abs(move.magnitude - min(0.01 / Double(expected.count), room)) < 1e-6)
      }
    }
  }

  @Test func emptySetsHoldNothing() {
    let center = Tensor(shape: [2, 2], [1.5, 0.5, 0.5, 0.5])
    for order in Self.orders {
      let balls = BoxedBalls(order, around: center, epsilon: 0.1, within: 0...1)
      let points = balls.nearest(to: center).scalars
      #expect(points[0].isNaN && points[1].isNaN && points[2...] == [0.5, 0.5])
    }
  }

  @Test func pointsAreDrawnInside() {
    var random = RandomSource(seed: 8)
    let center = Tensor.uniform([1000], in: 0...1, using: &random)
    let (_, upper) = boxBounds(center, epsilon: 0.1, domain: -1...2)
    func beyond(_ points: Tensor) -> Int {
      zip(points.scalars, center.scalars).count { Double($0) - Double($1) > Double(Float(0.1)) }
    }
    #expect(beyond(upper) > 100)
    let drawn = upper.drawn(to: center, within: 0.1)
    #expect(beyond(drawn) == 0)
    #expect(zip(drawn.scalars, upper.scalars).allSatisfy { $0 == $1 || $0 == $1.nextDown })
  }
}

extension Array {
  fileprivate func chunks(of size: Int) -> [[Element]] {
    stride(from: 0, to: count, by: size).map { Array(self[$0..<$0 + size]) }
  }
}
