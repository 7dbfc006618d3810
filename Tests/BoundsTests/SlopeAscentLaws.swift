import Networks
import Tensors
import Testing
import _TestSupport

@testable import Bounds
@testable import Relaxations

/// α-CROWN beside CROWN, and beside slopes chosen at random.
@Suite struct SlopeAscentLaws {
  /// Not by a bit, whatever the slopes to start from.
  @Test(arguments: Families.small)
  func boundsAreNowhereBelowCROWN(member: Families.Member) throws {
    let network = try member.network()
    let images = Families.images(2, member.input, seed: 13)
    let margins = Specification.margins(of: [0, 2], classes: 4)
    for (set, slope) in zip(Families.sets, ReLUSlope.allCases) {
      func bounds(_ method: BoundMethod) throws -> [Float] {
        try lowerBounds(of: network, around: images, set, margins, by: method).scalars
      }
      let plain = try bounds(.crown(slope: slope))
      #expect(try bounds(.alphaCROWN(slope: slope, iterations: 0)) == plain)
      let best = try bounds(.alphaCROWN(slope: slope, iterations: 5))
      #expect(zip(best, plain).allSatisfy { $0 >= $1 }, "\(set) \(slope)")
      #expect(best != plain, "\(set) \(slope)")
    }
  }

  /// Pre-activation intervals lie within those of CROWN.
  @Test(arguments: Families.small)
  func intervalsShrink(member: Families.Member) throws {
    let network = try member.network()
    let images = Families.images(1, member.input, seed: 14)
    for set in Families.sets {
      var bounds = try BoundedNetwork(network, arithmetic: .real).bounding(
        over: set.region(around: images, in: .real))
      bounds.tightenPreactivations(slope: .adaptive, rowLimit: 64)
      let before = bounds.preactivations
      bounds.tightenPreactivations(by: SlopeAscent(iterations: 3))
      for (new, old) in zip(bounds.preactivations, before) {
        expectNowhereBelow(new.lower, old.lower, relative: 1e-6, "\(set)")
        expectNowhereBelow(new.upper * -1, old.upper * -1, relative: 1e-6, "\(set)")
      }
    }
  }

  /// Bounds hold for any slopes in [0, 1], and none of a hundred random choices beats 50 steps.
  @Test(arguments: [Families.members[0], Families.members[1], Families.members[2]])
  func randomSlopesAreSoundAndNoBetter(member: Families.Member) throws {
    let network = try member.network()
    let images = Families.images(1, member.input, seed: 15)
    let margins = Specification.margins(of: [1], classes: 4)
    var random = RandomSource(seed: 16)
    for set in Families.sets {
      var bounds = try BoundedNetwork(network, arithmetic: .real).bounding(
        over: set.region(around: images, in: .real))
      bounds.tightenPreactivations(slope: .adaptive, rowLimit: 64)
      let form = bounds.elided(margins)
      let best = bounds.ascended(
        form, from: bounds.plan.tail, by: SlopeAscent(iterations: 50)
      ).bounds
      let values = adversarialPoints(network, images, [1], set).map { margins.values(network($0)) }
      for _ in 0..<100 {
        let alphas = bounds.randomSlopes(rows: form.rows, using: &random)
        let lower = bounds.pulled(
          form, from: bounds.plan.tail, to: 0, slope: .zero, Choices(slopes: alphas)
        )
        .lowerBounds(over: [bounds.input])
        expectNowhereBelow(best, lower, relative: 1e-4, "\(set)")
        for value in values { expectNowhereBelow(value, lower, relative: 1e-4, "\(set)") }
      }
    }
  }
}

extension Bounding {
  fileprivate var preactivations: [Interval] {
    plan.steps.prefix(plan.tail).filter { $0.affine == nil }.map { regions[$0.inputs[0]].box }
  }
}
